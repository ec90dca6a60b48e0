/** A clock that stands still until it is moved. */
export type FixedClock = {
  now(): Date;
  /** Moves it on (or back) and gives the new time. */
  advance(seconds: number): Date;
  set(at: Date | string): Date;
};

/** A clock that shows `at`: a Date or an ISO string. */
export function fixedClock(at: Date | string): FixedClock {
  let current = new Date(at);
  return {
    now: () => new Date(current),
    advance: (seconds) => {
      current = new Date(current.getTime() + seconds * 1000);
      return new Date(current);
    },
    set: (next) => {
      current = new Date(next);
      return new Date(current);
    },
  };
}
