/**
 * The CPU and memory pairs that Fargate takes on Linux (ECS Developer Guide, "Task definition differences for Fargate").
 * CPU in CPU units (1024 = 1 vCPU), memory in MiB.
 */
export type FargateSize = { cpu: number; memory: readonly number[] };

const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

export const fargateSizes: readonly FargateSize[] = [
  { cpu: 256, memory: [512, 1024, 2048] },
  { cpu: 512, memory: range(1024, 4096, 1024) },
  { cpu: 1024, memory: range(2048, 8192, 1024) },
  { cpu: 2048, memory: range(4096, 16384, 1024) },
  { cpu: 4096, memory: range(8192, 30720, 1024) },
  { cpu: 8192, memory: range(16384, 61440, 4096) },
  { cpu: 16384, memory: range(32768, 122880, 8192) },
];

/** Whether Fargate takes this pair. */
export function isFargateSize(cpu: number, memory: number): boolean {
  return fargateSizes.some((size) => size.cpu === cpu && size.memory.includes(memory));
}

/** "0.25 vCPU", "2 vCPU". */
export function describeCpu(cpu: number): string {
  return `${cpu / 1024} vCPU`;
}

/** "512 MB", "2 GB": the way AWS writes MiB and GiB on its pages. */
export function describeMemory(memory: number): string {
  return memory % 1024 === 0 ? `${memory / 1024} GB` : `${memory} MB`;
}
