/** The sandbox's own time: the machine's, plus what it was moved by. It goes on running after it was moved. */
export class MovableClock {
  constructor(public offsetMs = 0) {}

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  /** Moves the clock by so many seconds; back too. */
  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }

  /** Sets the clock to a moment. */
  set(at: Date): void {
    this.offsetMs = at.getTime() - Date.now();
  }

  /** Back to the machine's own time. */
  reset(): void {
    this.offsetMs = 0;
  }
}
