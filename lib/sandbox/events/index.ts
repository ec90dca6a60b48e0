import type { Service } from "../service";
import { operations } from "./operations";
import { deliverDue } from "./publish";

/** Amazon EventBridge: rules of the default bus that deliver to SQS queues. */
export const eventsService: Service = { name: "events", operations, beat: deliverDue };
