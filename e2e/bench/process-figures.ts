import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc (Linux' USER_HZ, the same on every machine of today). */
const ticksPerSecond = 100;

/** MB of memory that a process holds now. Linux only. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kilobytes) * 1024) / 1e6;
}

/** Seconds of a core that a process has used since it began. Linux only. */
export function cpuSeconds(pid: number): number {
  // The name may contain blanks and brackets: what counts begins behind the last one.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
