import { AwsError } from "../service";

const range = (from: number, to: number, step: number) => Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);

/** CPU units and the memory (MiB) that Fargate takes with them (ECS Developer Guide, "Task CPU and memory"). */
const sizes: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: range(1024, 4096, 1024),
  1024: range(2048, 8192, 1024),
  2048: range(4096, 16_384, 1024),
  4096: range(8192, 30_720, 1024),
  8192: range(16_384, 61_440, 4096),
  16384: range(32_768, 122_880, 8192),
};

/** CPU units from `256`, `"1 vCPU"`, `".5 vcpu"`; throws AWS's ClientException for another text. */
export function readCpu(text: string): number {
  return readSize(text, "cpu", /^vcpus?$/i);
}

/** MiB from `512`, `"2GB"`, `"0.5 gb"`; throws AWS's ClientException for another text. */
export function readMemory(text: string): number {
  return readSize(text, "memory", /^gb$/i);
}

/** Throws AWS's ClientException unless Fargate takes the pair. */
export function checkFargateSize(cpu: number, memory: number): void {
  if (!sizes[cpu]?.includes(memory)) {
    throw new AwsError("ClientException", `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`);
  }
}

function readSize(text: string, setting: "cpu" | "memory", unit: RegExp): number {
  const [, amount = "", word = ""] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const value = unit.test(word) ? Number(amount) * 1024 : word === "" && /^\d+$/.test(amount) ? Number(amount) : Number.NaN;
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new AwsError(
      "ClientException",
      `Invalid '${setting}' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    );
  }
  return value;
}
