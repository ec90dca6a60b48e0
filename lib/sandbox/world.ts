import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { deserialize, serialize } from "node:v8";
import { MovableClock } from "./clock";
import { errorOf, FaultBook, internalError, throttlingError } from "./faults";
import { newIamState } from "./iam/state";
import { modelOf } from "./protocols/model";
import { defaultFault, violationsOf } from "./protocols/validate";
import { RateLimits } from "./rate-limits";
import { newRegion } from "./region";
import { AwsError, type Call, type Operation, type Region, type Service, type ServiceName, type Settings, type World } from "./service";
import { changedSettings, defaultSettings } from "./settings";

/** Where a call comes from: over the wire, or from another service inside the sandbox. */
export type Caller = { from: "wire" | "inside"; requestId: string; signal: AbortSignal; accessKeyId?: string };

/** What goes into the snapshot. */
export type WorldState = { accountId: string; clockOffsetMs: number; iam: World["iam"]; regions: Map<string, Region> };

/** A call over the wire: when it arrived, in real milliseconds since 1970 with fractions, whatever the world's clock says. */
export type RecentCall = { name: string; at: number; clientToken: string | null };

type Beat = { running: boolean; again: boolean };

const beatMs = 100;
const mostRecentCalls = 1000;
/** The lists of things that are changed elsewhere a moment before. */
const laggingLists = ["ListSchedules", "ListTaskDefinitions", "ListTasks"];
/** What services keep beside the snapshot: running tasks' folders and log lines. */
const keptFolders = ["tasks", "logs"];

/** The imitated AWS: its state, its time, and the one way by which every call reaches an operation. */
export class SandboxWorld implements World {
  readonly accountId: string;
  readonly dataFolder: string;
  readonly clock = new MovableClock();
  readonly faults = new FaultBook();
  readonly limits = new RateLimits();
  /** Calls since they were last forgotten, by `service.operation`: from outside, and from service to service. */
  readonly calls = { wire: new Map<string, number>(), inside: new Map<string, number>() };
  /** The latest calls over the wire, the newest last. */
  readonly recentCalls: RecentCall[] = [];
  settings: Settings;
  endpoint = "";
  iam = newIamState();

  private readonly startSettings: Settings;
  private readonly services: Map<ServiceName, Service>;
  private readonly beats: Map<ServiceName, Beat>;
  private readonly leaving = new AbortController();
  private regionsByName = new Map<string, Region>();
  /** Regions as they were until a moment (milliseconds of the world's time), oldest first; kept only while lists lag. */
  private past: { region: string; until: number; state: Buffer }[] = [];
  private heart: NodeJS.Timeout | undefined;
  private resetting = false;

  /** `onChange` is called whenever state may have changed. */
  constructor(
    options: { accountId: string; dataFolder: string; settings?: Partial<Settings>; services: Service[] },
    private readonly onChange: () => void = () => {},
  ) {
    this.accountId = options.accountId;
    this.dataFolder = options.dataFolder;
    this.startSettings = changedSettings(defaultSettings, options.settings ?? {});
    this.settings = this.startSettings;
    this.services = new Map(options.services.map((service) => [service.name, service]));
    this.beats = new Map(options.services.map((service) => [service.name, { running: false, again: false }]));
  }

  now(): Date {
    return this.clock.now();
  }

  region(name: string): Region {
    let region = this.regionsByName.get(name);
    if (!region) {
      region = newRegion(name);
      this.regionsByName.set(name, region);
    }
    return region;
  }

  regions(): Region[] {
    return [...this.regionsByName.values()];
  }

  touch(): void {
    this.onChange();
  }

  wake(): void {
    for (const service of this.services.values()) this.startBeat(service);
  }

  async invoke<Output = unknown>(region: string, service: ServiceName, operation: string, input: unknown): Promise<Output> {
    return (await this.call(region, service, operation, input, {
      from: "inside",
      requestId: randomUUID(),
      signal: this.leaving.signal,
    })) as Output;
  }

  /** Does one call: counted, with its ordered fault, AWS's rates and checks. Throws AwsError. */
  async call(regionName: string, service: ServiceName, operation: string, input: unknown, caller: Caller): Promise<unknown> {
    const region = this.region(regionName);
    const counts = this.calls[caller.from];
    const name = `${service}.${operation}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (caller.from === "wire") this.keepInMind(name, input);

    const order = this.faults.take(service, operation, input);
    if (order?.delayMs) await pause(order.delayMs, caller.signal);
    const ordered = order && errorOf(order);
    if (ordered && !order.actFirst) throw ordered;
    if (this.settings.randomFaultShare > 0 && Math.random() < this.settings.randomFaultShare)
      throw Math.random() < 0.5 ? internalError(service) : throttlingError(service);
    if (this.settings.rateLimits && !this.limits.take(this.accountId, regionName, service, operation, input))
      throw throttlingError(service);

    const output = await this.operate(this.regionFor(region, operation), service, operation, input, caller);
    if (ordered) throw ordered;
    return output;
  }

  /** The region that an operation sees: for a list that lags, as it was before. */
  private regionFor(region: Region, operation: string): Region {
    const { staleListsMs } = this.settings;
    if (staleListsMs === 0) return region;
    const now = this.now().getTime();
    this.past = this.past.filter(({ until }) => until > now - staleListsMs);
    if (laggingLists.includes(operation)) {
      const before = this.past.find((each) => each.region === region.name);
      return before ? (deserialize(before.state) as Region) : region;
    }
    if (!/^(Get|List|Describe)/.test(operation)) this.past.push({ region: region.name, until: now, state: serialize(region) });
    return region;
  }

  /** Starts the heart: each service's beat every 100 ms. Before that, services put right what a killed process left. */
  async start(): Promise<void> {
    // Also where no snapshot tells of it: one that is missing or was set aside must not spare the processes of its tasks.
    for (const name of this.regionsOnDisk()) this.region(name);
    for (const service of this.services.values())
      for (const region of this.regions()) await this.guarded(() => service.resume?.(this, region));
    this.heart = setInterval(() => this.wake(), beatMs);
  }

  /** Ends what runs: the heart, waiting calls, every service's processes. */
  async stop(): Promise<void> {
    clearInterval(this.heart);
    this.leaving.abort();
    await this.closeServices();
  }

  /** Aborted as soon as the sandbox leaves. */
  get leavingSignal(): AbortSignal {
    return this.leaving.signal;
  }

  /** Forgets everything: state, files, faults, counts, a moved clock, changed settings. */
  async reset(): Promise<void> {
    // No beat may start anew what is being ended.
    this.resetting = true;
    try {
      await this.closeServices();
      this.clear();
      for (const name of keptFolders) rmSync(path.join(this.dataFolder, name), { recursive: true, force: true });
    } finally {
      this.resetting = false;
    }
    this.touch();
  }

  changeSettings(change: Record<string, unknown>): Settings {
    this.settings = changedSettings(this.settings, change);
    this.wake();
    return this.settings;
  }

  state(): WorldState {
    return { accountId: this.accountId, clockOffsetMs: this.clock.offsetMs, iam: this.iam, regions: this.regionsByName };
  }

  /** Takes over what a snapshot held. State that a newer sandbox knows and the snapshot does not is there, empty. */
  load(state: WorldState): void {
    this.clock.offsetMs = state.clockOffsetMs;
    this.iam = { ...newIamState(), ...state.iam };
    this.regionsByName = new Map([...state.regions].map(([name, region]) => [name, { ...newRegion(name), ...region }]));
  }

  private async operate(region: Region, name: ServiceName, operation: string, input: unknown, caller: Caller): Promise<unknown> {
    const service = this.services.get(name);
    const described = modelOf(name).operations[operation];
    const perform = service?.operations[operation] as Operation<unknown, unknown> | undefined;
    if (!service || !described || !perform)
      throw new AwsError("UnknownOperationException", `The sandbox has no operation ${operation} of ${name}.`);
    if (described.input) {
      const violations = violationsOf(modelOf(name), described.input, input ?? {});
      if (violations.length > 0) throw service.faultOf?.(violations, operation, input) ?? defaultFault(name, violations);
    }
    const call: Call = {
      world: this,
      region,
      accountId: this.accountId,
      now: this.now(),
      requestId: caller.requestId,
      signal: caller.signal,
      accessKeyId: caller.accessKeyId,
    };
    try {
      return await perform(input ?? {}, call);
    } catch (error) {
      if (error instanceof AwsError) throw error;
      report(error);
      const internal = internalError(name);
      throw new AwsError(internal.code, `The sandbox failed in ${name}.${operation}: ${String(error)}`, internal.status);
    } finally {
      // A read may change state too: ReceiveMessage hides what it gave.
      if (!/^(Get|List|Describe)/.test(operation)) {
        this.touch();
        this.wake();
      }
    }
  }

  private keepInMind(name: string, input: unknown): void {
    const { clientToken } = (input ?? {}) as { clientToken?: unknown };
    this.recentCalls.push({
      name,
      at: performance.timeOrigin + performance.now(),
      clientToken: typeof clientToken === "string" ? clientToken : null,
    });
    if (this.recentCalls.length > 2 * mostRecentCalls) this.recentCalls.splice(0, mostRecentCalls);
  }

  private startBeat(service: Service): void {
    const beat = this.beats.get(service.name);
    if (!service.beat || !beat || this.resetting || this.leaving.signal.aborted) return;
    if (beat.running) {
      beat.again = true;
      return;
    }
    beat.running = true;
    setImmediate(() => void this.beatOf(service, beat));
  }

  private async beatOf(service: Service, beat: Beat): Promise<void> {
    beat.again = false;
    for (const region of this.regions()) await this.guarded(() => service.beat?.(this, region));
    beat.running = false;
    if (beat.again) this.startBeat(service);
  }

  private async guarded(work: () => void | Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      report(error);
    }
  }

  private regionsOnDisk(): string[] {
    return keptFolders.flatMap((name) => {
      const folder = path.join(this.dataFolder, name);
      const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    });
  }

  private async closeServices(): Promise<void> {
    for (const service of this.services.values()) await this.guarded(() => service.close?.(this));
  }

  private clear(): void {
    this.regionsByName = new Map();
    this.iam = newIamState();
    this.faults.clear();
    this.limits.clear();
    this.calls.wire.clear();
    this.calls.inside.clear();
    this.recentCalls.length = 0;
    this.clock.reset();
    this.settings = this.startSettings;
    this.past = [];
  }
}

function report(error: unknown): void {
  process.stderr.write(`sandbox: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}

/** Waits so many milliseconds, or until the caller has gone. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
