/** Longer than this a call does not keep its place: what hangs keeps nobody waiting. */
const placeForMs = 1000;

/**
 * Runs calls side by side, at most `width` at a time and those beside that take long; the others wait their turn in the order
 * in which they came. A call that fails fails for its caller alone.
 */
export function lanes(width: number): <Result>(call: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = [];
  let free = width;
  const giveAway = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async (call) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    let isHeld = true;
    const release = () => {
      if (isHeld) giveAway();
      isHeld = false;
    };
    const timer = setTimeout(release, placeForMs);
    try {
      return await call();
    } finally {
      clearTimeout(timer);
      release();
    }
  };
}
