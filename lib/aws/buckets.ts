import type { Bucket } from "./pace";

const bucket = (name: string, burst: number, perSecond: number): Bucket => ({ name, burst, perSecond });
/** A quota that AWS states as calls per second only. */
const each = (name: string, perSecond: number): Bucket => bucket(name, perSecond, perSecond);

// ECS Developer Guide, "Request throttling for the Amazon ECS API". Registering and deregistering share one bucket.
const definitionModify = bucket("task definition modify", 20, 1);
const definitionRead = bucket("task definition read", 50, 20);
const clusterModify = bucket("cluster resource modify", 100, 40);
const clusterRead = bucket("cluster resource read", 100, 20);

/**
 * The bucket of each call that a door makes, by client and command, in the large regions (EventBridge Scheduler User
 * Guide, CloudWatch Logs User Guide and SQS Developer Guide, "Quotas").
 */
export const buckets: Readonly<Record<string, Bucket>> = {
  "ECSClient RegisterTaskDefinitionCommand": definitionModify,
  "ECSClient DeregisterTaskDefinitionCommand": definitionModify,
  "ECSClient DescribeTaskDefinitionCommand": definitionRead,
  "ECSClient ListTaskDefinitionsCommand": definitionRead,
  "ECSClient RunTaskCommand": clusterModify,
  "ECSClient StopTaskCommand": clusterModify,
  "ECSClient ListTasksCommand": clusterRead,
  "ECSClient DescribeTasksCommand": clusterRead,
  "SchedulerClient CreateScheduleCommand": each("CreateSchedule", 5000),
  "SchedulerClient UpdateScheduleCommand": each("UpdateSchedule", 1000),
  "SchedulerClient DeleteScheduleCommand": each("DeleteSchedule", 1000),
  "SchedulerClient GetScheduleCommand": each("GetSchedule", 1000),
  "SchedulerClient ListSchedulesCommand": each("ListSchedules", 50),
  "SchedulerClient GetScheduleGroupCommand": each("GetScheduleGroup", 10),
  "SchedulerClient CreateScheduleGroupCommand": each("CreateScheduleGroup", 10),
  "CloudWatchLogsClient CreateLogGroupCommand": each("CreateLogGroup", 10),
  "CloudWatchLogsClient GetLogEventsCommand": each("GetLogEvents", 25),
  "SQSClient ReceiveMessageCommand": each("ReceiveMessage", 3000),
  "SQSClient DeleteMessageBatchCommand": each("DeleteMessageBatch", 3000),
  "SQSClient GetQueueAttributesCommand": each("GetQueueAttributes", 1000),
};
