/*
 * Loaded before the console's own program (NODE_OPTIONS): from a SIGUSR2 on an hour passes for it in six minutes. What it keeps for
 * a time is then kept and let go as often as in that hour. It knows nothing of this.
 */
const times = 10;
/** Shorter ones bound the wait for an answer, and the others do not answer faster. */
const shortestMs = 30_000;

if (process.argv[1]?.endsWith("server.js")) process.once("SIGUSR2", hurry);

function hurry() {
  const Real = Date;
  const began = Real.now();
  const now = () => began + (Real.now() - began) * times;
  globalThis.Date = new Proxy(Real, {
    apply: () => new Real(now()).toString(),
    construct: (target, args) => Reflect.construct(target, args.length > 0 ? args : [now()]),
    get: (target, member) => (member === "now" ? now : Reflect.get(target, member)),
  });
  for (const name of ["setTimeout", "setInterval"]) {
    const real = globalThis[name];
    globalThis[name] = Object.assign(
      (work, ms, ...rest) => real(work, ms >= shortestMs ? ms / times : ms, ...rest),
      real, // setTimeout[promisify.custom] is one of its members
    );
  }
}
