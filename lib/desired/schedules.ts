import type { CreateScheduleCommandInput, EcsParameters, Target } from "@aws-sdk/client-scheduler";
import type { Environment } from "@/lib/domain/environment";
import type { Job } from "@/lib/domain/job";
import { nextOccurrences } from "@/lib/schedule/occurrences";
import { parseExpression } from "@/lib/schedule/parse";
import { scheduleName, taskGroup } from "./names";
import { scheduleVariables, toOverrides } from "./overrides";

type ScheduledJob = Pick<
  Job,
  "id" | "slug" | "generation" | "definition" | "expression" | "timeZone" | "policies" | "pausedAt" | "deletedAt"
>;
type ScheduleGround = Pick<
  Environment,
  "clusterArn" | "scheduleGroup" | "schedulerRoleArn" | "deadLetterQueueArn" | "subnets" | "securityGroups" | "assignPublicIp"
>;

/**
 * A whole schedule, for create and for update alike. UpdateSchedule resets every member that is left out to the
 * Scheduler's default (a forgotten State enables a paused job), so none is.
 */
export type DesiredSchedule = CreateScheduleCommandInput & {
  Name: string;
  GroupName: string;
  Description: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  State: "ENABLED" | "DISABLED";
  Target: Target & { Input: string; EcsParameters: EcsParameters };
};

/** Stands for a revision that is still to be registered; `pinTo` replaces it. */
export const unregistered = "unregistered";

/**
 * Every schedule that a job wants in AWS; none for a deleted job, and none for an at(...) that is over: it stays over,
 * whoever removed its schedule. A list, because one job may come to need several.
 * Throws nothing; `now` is the round's moment.
 */
export function toSchedules(job: ScheduledJob, environment: ScheduleGround, taskDefinitionArn: string, now: Date): DesiredSchedule[] {
  if (job.deletedAt || isOver(job, now)) return [];
  return [
    {
      Name: scheduleName(job),
      GroupName: environment.scheduleGroup,
      Description: `Belfry keeps this schedule of the job ${job.slug}. Change it there: what is changed here is put back.`,
      ScheduleExpression: job.expression,
      ScheduleExpressionTimezone: job.timeZone,
      State: job.pausedAt ? "DISABLED" : "ENABLED",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "NONE",
      Target: {
        Arn: environment.clusterArn,
        RoleArn: environment.schedulerRoleArn,
        Input: JSON.stringify(toOverrides(job, scheduleVariables)),
        RetryPolicy: {
          MaximumRetryAttempts: job.policies.maximumRetryAttempts,
          MaximumEventAgeInSeconds: job.policies.maximumEventAgeSeconds,
        },
        DeadLetterConfig: { Arn: environment.deadLetterQueueArn },
        EcsParameters: {
          TaskDefinitionArn: taskDefinitionArn,
          TaskCount: 1,
          LaunchType: "FARGATE",
          Group: taskGroup(job.id),
          NetworkConfiguration: {
            awsvpcConfiguration: {
              Subnets: environment.subnets,
              SecurityGroups: environment.securityGroups,
              AssignPublicIp: environment.assignPublicIp ? "ENABLED" : "DISABLED",
            },
          },
        },
      },
    },
  ];
}

/** The schedule, naming this revision. */
export function pinTo(schedule: DesiredSchedule, taskDefinitionArn: string): DesiredSchedule {
  const { EcsParameters } = schedule.Target;
  return { ...schedule, Target: { ...schedule.Target, EcsParameters: { ...EcsParameters, TaskDefinitionArn: taskDefinitionArn } } };
}

/**
 * The one moment of an at(...); null for what repeats.
 * Once it is past, the schedule must neither be made nor enabled again: AWS may then fire it at once
 * (Scheduler User Guide, "Troubleshooting").
 */
export function onlyMomentOf(job: Pick<Job, "expression" | "timeZone">): Date | null {
  // Every job is asked in a round: to read all of a cron expression only to see that it is none takes a tenth of a millisecond.
  if (!job.expression.startsWith("at(")) return null;
  const parsed = parseExpression(job.expression);
  if (!parsed.ok || parsed.schedule.kind !== "at") return null;
  return nextOccurrences(parsed.schedule, job.timeZone, new Date(0), 1)[0]?.at ?? null;
}

/** AWS fires within the minute and may retry a start for the event's whole age: until then the schedule is left to it. */
function isOver(job: Pick<Job, "expression" | "timeZone" | "policies">, now: Date): boolean {
  const moment = onlyMomentOf(job);
  return moment !== null && now.getTime() > moment.getTime() + (120 + job.policies.maximumEventAgeSeconds) * 1000;
}
