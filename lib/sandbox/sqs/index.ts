import type { AwsError, Service, Violation } from "../service";
import { emptyBatch, missingParameter, unknownAttribute } from "./errors";
import { forgetOld } from "./messages";
import { operations } from "./operations";
import { wakeReceivers } from "./waiting";

/** Amazon SQS: standard queues. */
export const sqsService: Service = {
  name: "sqs",
  operations,
  beat(world, region) {
    for (const queue of region.sqs.queues.values()) forgetOld(world, queue);
    // What was hidden or delayed may have become visible.
    wakeReceivers(world);
  },
  // Whoever waits sees that its queue is gone.
  close: async (world) => wakeReceivers(world),
  faultOf,
};

function faultOf(violations: Violation[], operation: string): AwsError | null {
  const missing = violations.find(({ kind }) => kind === "required");
  if (missing?.member === "Entries") return emptyBatch(`${operation}RequestEntry`);
  if (missing) return missingParameter(missing.member);
  const unknown = violations.find(({ kind }) => kind === "enum");
  return unknown ? unknownAttribute(String(unknown.value)) : null;
}
