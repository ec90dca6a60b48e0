import { ecsService } from "./ecs";
import { eventsService } from "./events";
import { iamService } from "./iam";
import { logsService } from "./logs";
import { schedulerService } from "./scheduler";
import { secretsService } from "./secrets";
import type { Service } from "./service";
import { sqsService } from "./sqs";
import { ssmService } from "./ssm";
import { stsService } from "./sts";

/** Every service of the sandbox. */
export const services: Service[] = [
  schedulerService,
  ecsService,
  logsService,
  sqsService,
  eventsService,
  secretsService,
  ssmService,
  iamService,
  stsService,
];
