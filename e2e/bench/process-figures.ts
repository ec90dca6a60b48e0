import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc (Linux' USER_HZ, the same on every machine of today). */
const ticksPerSecond = 100;

/** Seconds of a core that a process has used since it began. Linux only. */
export function cpuSeconds(pid: number): number {
  // The name may contain blanks and brackets: what counts begins behind the last one.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
