import type { WordedCause } from "./start-causes";

const denied = /access ?denied|not authorized|UnauthorizedOperation/i;

/**
 * Why RunTask refuses, or the Scheduler gives up, read from the error's name and message
 * (ECS API Reference, RunTask errors; ECS Developer Guide, "API failure reasons"). The first line that fits counts.
 */
export const launchCauses: readonly WordedCause[] = [
  {
    says: [denied, /ecs:TagResource/i],
    kind: "tagging-refused",
    headline: "Could not start: the task may not be given its tags",
    nextStep: "Allow ecs:TagResource with the condition ecs:CreateAction = RunTask to whoever starts it, beside ecs:RunTask.",
  },
  {
    says: [denied, /PassRole/i],
    kind: "pass-role-refused",
    headline: "Could not start: the role may not be passed to ECS",
    nextStep:
      "Allow iam:PassRole on the job's task role and execution role to whoever starts it: Belfry's worker, and the Scheduler's role.",
  },
  {
    says: [/ECS was unable to assume (the |this )?role/i],
    kind: "role-not-assumable",
    headline: "Could not start: ECS may not take the job's role",
    nextStep: "Let the trust policy of the role that AWS names trust ecs-tasks.amazonaws.com.",
  },
  {
    says: [/assume (the |this )?role|AWS EventBridge Scheduler to assume|cannot be assumed|sts:AssumeRole/i],
    kind: "role-not-assumable",
    headline: "Could not start: the Scheduler may not take its role",
    nextStep: "Check the trust policy of the Scheduler's role: it must trust scheduler.amazonaws.com.",
  },
  {
    says: [denied],
    kind: "start-not-allowed",
    headline: "Could not start: AWS does not allow it",
    nextStep: "Allow ecs:RunTask on this cluster and task definition to whoever starts it; AWS's words name what is missing.",
  },
  {
    says: [/ClusterNotFound|cluster not found/i],
    kind: "cluster-missing",
    headline: "Could not start: the cluster does not exist",
    nextStep: "Check the cluster of the environment.",
  },
  {
    says: [
      /TaskDefinition is inactive|task definition.*(inactive|not found|does not exist)|unable to describe task definition|^INACTIVE\b/i,
    ],
    kind: "revision-inactive",
    headline: "Could not start: the task definition's revision is gone",
    nextStep: "Save the job again, so that Belfry registers a new revision.",
  },
  {
    says: [/limit on the number of (vCPUs|tasks)|vCPU limit|concurrently running tasks|LimitExceeded|ServiceQuota|above your limit/i],
    kind: "quota",
    headline: "Could not start: the account's Fargate quota is used up",
    nextStep: "Ask AWS for a higher quota of Fargate vCPUs, or spread the jobs over time.",
  },
  {
    says: [/capacity is unavailable|insufficient capacity|UnavailableCapacity/i],
    kind: "capacity",
    headline: "Could not start: AWS had no capacity free",
    nextStep: "Run it again later, or name subnets in more availability zones.",
  },
  {
    // ECS answers these with status 200, in `failures` (ECS Developer Guide, "API failure reasons").
    says: [/RESOURCE:|^(AGENT|ATTRIBUTE|LOCATION|MISSING)\b/],
    kind: "placement",
    headline: "Could not start: ECS found no place for the task",
    nextStep: "Run it again later; if it comes back, check the cluster's capacity and the environment's subnets.",
  },
  {
    says: [/throttl|rate exceeded|too many requests/i],
    kind: "throttled",
    headline: "Could not start: AWS is asked too often",
    nextStep: "Run it again in a minute; spread jobs that start at the same minute.",
  },
  {
    says: [/subnet/i],
    kind: "network",
    headline: "Could not start: a subnet of the environment does not fit",
    nextStep: "Check the environment's subnets: they must exist, in one VPC with the security groups.",
  },
  {
    says: [/security ?group/i],
    kind: "network",
    headline: "Could not start: a security group of the environment does not fit",
    nextStep: "Check the environment's security groups: they must exist, in the VPC of the subnets.",
  },
  {
    says: [/PlatformUnknown|PlatformTaskDefinitionIncompatib|not compatible/i],
    kind: "start-refused",
    headline: "Could not start: the task definition does not fit to Fargate",
    nextStep: "Check CPU, memory and architecture, and save the job again.",
  },
  {
    says: [/Override for container named|is not a container in the TaskDefinition/i],
    kind: "container-name",
    headline: "Could not start: the start names a container that the task definition does not have",
    nextStep: "Save the job again: Belfry then writes the schedule and the definition with the same name.",
  },
  {
    says: [/override/i],
    kind: "start-refused",
    headline: "Could not start: ECS does not take the job's command, environment or size",
    nextStep: "Read AWS's own words, and change what they name in the job.",
  },
  {
    says: [/BlockedException|account (is|has been) (blocked|suspended)/i],
    kind: "start-refused",
    headline: "Could not start: AWS has blocked the account",
    nextStep: "Ask AWS Support.",
  },
  {
    says: [/ConflictException/i],
    kind: "start-refused",
    headline: "Could not start: the same run was asked for with other values",
    nextStep: "Ask for a new run.",
  },
  {
    says: [/ServerException|InternalError|InternalServer|InternalFailure|ServiceUnavailable/i],
    kind: "aws-internal",
    headline: "Could not start: an error inside AWS",
    nextStep: "Run it again: this passes.",
  },
];
