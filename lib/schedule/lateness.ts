/** Whether a moment that was expected has passed by more than its grace. */
export function isLate(expected: Date, graceSeconds: number, now: Date): boolean {
  return now.getTime() > expected.getTime() + graceSeconds * 1000;
}
