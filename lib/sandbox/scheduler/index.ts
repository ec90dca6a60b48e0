import type { Service } from "../service";
import { beat, skipMissed } from "./fire";
import { operations } from "./operations";

/** Amazon EventBridge Scheduler. */
export const schedulerService: Service = { name: "scheduler", operations, beat, resume: skipMissed };
