import { AwsError, type Region, type Service, type World } from "../service";
import { logsOperations } from "./operations";
import { forgetExpired, settleFiles, sweepFiles } from "./streams";

const retentionPeriodMs = 60_000;
const lastRetention = new WeakMap<World, Map<string, number>>();

/** CloudWatch Logs: groups and streams in the snapshot, lines in append-only files beside it. */
export const logsService: Service = {
  name: "logs",
  operations: logsOperations,
  beat: applyRetention,
  resume: settleFiles,
  close: async (world) => sweepFiles(world),
  faultOf: (violations) =>
    violations.some(({ kind, member }) => kind === "maxLength" && /^log(Group|Stream)Name$/.test(member))
      ? new AwsError("InvalidParameterException", "Invalid LogGroup or LogStream, both must have length less than or equal to 512.")
      : null,
};

/** Once a minute of the sandbox's own time is often enough: reading leaves out expired lines by itself. */
function applyRetention(world: World, region: Region): void {
  const times = lastRetention.get(world) ?? new Map<string, number>();
  lastRetention.set(world, times);
  const now = world.now().getTime();
  if (Math.abs(now - (times.get(region.name) ?? 0)) < retentionPeriodMs) return;
  times.set(region.name, now);
  forgetExpired(world, region);
}
