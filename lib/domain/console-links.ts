import type { Cause, CauseKind } from "./run";

/** A page of AWS's console: what is to be found there, and its address. */
export type ConsoleLink = { label: string; href: string };

/** Where a run took place, as much as is known. */
export type ConsolePlaces = {
  region: string;
  accountId: string;
  clusterArn: string;
  scheduleGroup: string;
  scheduleName: string;
  executionRoleArn: string;
  schedulerRoleArn: string;
  subnets: string[];
  securityGroups: string[];
  taskArn: string | null;
  taskDefinitionArn: string | null;
  logGroup: string | null;
  logStream: string | null;
  image: string | null;
};

/** The cause's words beside the places. */
type Told = ConsolePlaces & { words: string };
type Page = (told: Told) => ConsoleLink | null;

/** The console's host in each partition; a partition that is not here has no link, rather than a wrong one. */
const hosts: Record<string, string> = {
  aws: "console.aws.amazon.com",
  "aws-us-gov": "console.amazonaws-us-gov.com",
  "aws-cn": "console.amazonaws.cn",
};

/** Words are somebody else's and may be long: what names a thing stands near their beginning. */
const longestWords = 16_384;

/**
 * The page of AWS's console that a person needs for this cause, in the environment's region and partition; null where the
 * right page cannot be known. Addresses are built from checked parts only, each encoded as its page wants it.
 */
export function consoleLinkOf(cause: Pick<Cause, "kind" | "awsWords">, places: ConsolePlaces): ConsoleLink | null {
  if (!/^[a-z]{2}(-[a-z]+){1,3}-\d{1,2}$/.test(places.region) || !hostOf(places)) return null;
  const told = { ...places, words: cause.awsWords.join("\n").slice(0, longestWords) };
  for (const page of pagesOf[cause.kind] ?? []) {
    const link = page(told);
    if (link) return link;
  }
  return null;
}

function hostOf({ clusterArn }: ConsolePlaces): string | null {
  const partition = clusterArn.split(":")[1] ?? "";
  return Object.hasOwn(hosts, partition) ? (hosts[partition] ?? null) : null;
}

/** `path` is within the region's console. */
function regional(places: ConsolePlaces, label: string, path: string): ConsoleLink {
  return { label, href: `https://${places.region}.${hostOf(places)}/${path}` };
}

const encode = (text: string): string => encodeURIComponent(text.toWellFormed());

const task: Page = (told) => {
  const [cluster, id] = told.taskArn?.split(":task/")[1]?.split("/") ?? [];
  if (!cluster || !id) return null;
  return regional(
    told,
    "The task in ECS (shown for about an hour after its end)",
    `ecs/v2/clusters/${encode(cluster)}/tasks/${encode(id)}/configuration?region=${told.region}`,
  );
};

const taskDefinition: Page = (told) => {
  const [family, revision] = told.taskDefinitionArn?.split(":task-definition/")[1]?.split(":") ?? [];
  if (!family || !/^\d+$/.test(revision ?? "")) return null;
  return regional(
    told,
    "The task definition's revision in ECS",
    `ecs/v2/task-definitions/${encode(family)}/${revision}/containers?region=${told.region}`,
  );
};

const cluster: Page = (told) => {
  const name = told.clusterArn.split(":cluster/")[1];
  return name ? regional(told, "The cluster in ECS", `ecs/v2/clusters/${encode(name)}/tasks?region=${told.region}`) : null;
};

const clusters: Page = (told) => regional(told, "The clusters in ECS", `ecs/v2/clusters?region=${told.region}`);

/** CloudWatch's page reads its fragment twice and has $ for %. */
const encodeForLogs = (text: string): string => encode(encode(text)).replaceAll("%", "$");

const logStream: Page = (told) =>
  told.logGroup && told.logStream
    ? regional(
        told,
        "The log stream in CloudWatch",
        `cloudwatch/home?region=${told.region}#logsV2:log-groups/log-group/${encodeForLogs(told.logGroup)}/log-events/${encodeForLogs(told.logStream)}`,
      )
    : null;

const logGroups: Page = (told) =>
  told.logGroup
    ? regional(
        told,
        "The log groups of this name in CloudWatch",
        `cloudwatch/home?region=${told.region}#logsV2:log-groups$3FlogGroupNameFilter$3D${encodeForLogs(told.logGroup)}`,
      )
    : null;

function role(places: ConsolePlaces, label: string, arn: string | undefined): ConsoleLink | null {
  const name = /^arn:[a-z-]+:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]{1,64})$/.exec(arn ?? "")?.[1];
  // IAM is one for all regions.
  return name ? { label, href: `https://${hostOf(places)}/iam/home#/roles/details/${encode(name)}?section=permissions` } : null;
}

const executionRole: Page = (told) => role(told, "The execution role in IAM", told.executionRoleArn);
const schedulerRole: Page = (told) => role(told, "The Scheduler's role in IAM", told.schedulerRoleArn);

/** The role that AWS was asked to hand on or to take; not the one that asked, which stands before it as a session. */
const namedRole: Page = (told) =>
  role(told, "The role in IAM", /arn:aws[a-z-]{0,20}:iam::\d{12}:role\/[\w+=,.@/-]{1,576}[\w+=@-]/.exec(told.words)?.[0]);

/** Who was not allowed, where that is a role: `User: arn:aws:sts::…:assumed-role/name/session is not authorized`. */
const callingRole: Page = (told) => {
  const [, account, name] = /:sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\//.exec(told.words) ?? [];
  return name ? role(told, "The role that was refused, in IAM", `arn:aws:iam::${account}:role/${name}`) : null;
};

/** A repository of ECR in its own account and region; no page for other registries. */
const repository: Page = (told) => {
  const [, account, region, path] =
    /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+?)(?:[:@].*)?$/.exec(told.image ?? "") ?? [];
  if (!account || !region || !path) return null;
  // The slashes of a repository's name stay: the page's address ends its name with them.
  return {
    label: "The repository in ECR",
    href: `https://${region}.${hostOf(told)}/ecr/repositories/private/${account}/${path.split("/").map(encode).join("/")}?region=${region}`,
  };
};

const secret: Page = (told) => {
  const [, region, name] = /arn:aws[a-z-]{0,20}:secretsmanager:([a-z0-9-]{1,40}):\d{12}:secret:([\w/+=.@!-]{1,512})/.exec(told.words) ?? [];
  if (!region || !name) return null;
  // The six characters after the name belong to the ARN.
  return {
    label: "The secret in Secrets Manager",
    href: `https://${region}.${hostOf(told)}/secretsmanager/secret?name=${encode(name.replace(/-[A-Za-z0-9]{6}$/, ""))}&region=${region}`,
  };
};

const secrets: Page = (told) => regional(told, "The secrets in Secrets Manager", `secretsmanager/listsecrets?region=${told.region}`);

const parameter: Page = (told) => {
  const [, region, name] = /arn:aws[a-z-]{0,20}:ssm:([a-z0-9-]{1,40}):\d{12}:parameter\/?([\w./-]{1,1011})/.exec(told.words) ?? [];
  return region && name
    ? { label: "The parameters in Systems Manager", href: `https://${region}.${hostOf(told)}/systems-manager/parameters/?region=${region}` }
    : null;
};

const parameters: Page = (told) => regional(told, "The parameters in Systems Manager", `systems-manager/parameters/?region=${told.region}`);

const subnet: Page = (told) => {
  const id = /\bsubnet-[0-9a-f]{8,17}\b/.exec(told.words)?.[0] ?? (told.subnets.length === 1 ? told.subnets[0] : undefined);
  if (!id || !/^subnet-[0-9a-f]{8,17}$/.test(id)) return null;
  return regional(told, "The subnet in VPC", `vpcconsole/home?region=${told.region}#SubnetDetails:subnetId=${id}`);
};

const subnets: Page = (told) => regional(told, "The subnets in VPC", `vpcconsole/home?region=${told.region}#subnets:`);

const securityGroup: Page = (told) => {
  const id = /\bsg-[0-9a-f]{8,17}\b/.exec(told.words)?.[0];
  return id ? regional(told, "The security group in EC2", `ec2/home?region=${told.region}#SecurityGroup:groupId=${id}`) : null;
};

const quotas: Page = (told) => regional(told, "Fargate's quotas in Service Quotas", "servicequotas/home/services/fargate/quotas");

const schedule: Page = (told) =>
  regional(
    told,
    "The schedule in EventBridge Scheduler",
    `scheduler/home?region=${told.region}#schedules/${encode(told.scheduleGroup)}/${encode(told.scheduleName)}`,
  );

const stopCalls: Page = (told) =>
  regional(told, "StopTask in CloudTrail's history", `cloudtrailv2/home?region=${told.region}#/events?EventName=StopTask`);

const program: Page[] = [logStream, task];
const command: Page[] = [taskDefinition, task];

/** For each cause the pages that may help, the best first. */
const pagesOf: Record<CauseKind, Page[]> = {
  "exit-code": program,
  "out-of-memory": [task, taskDefinition],
  "heap-exhausted": program,
  killed: [task, logStream],
  "stop-timeout": program,
  terminated: program,
  interrupted: program,
  aborted: program,
  "segmentation-fault": program,
  "command-not-found": command,
  "command-not-executable": command,
  "container-not-started": command,
  "health-check": command,
  "image-not-found": [repository, taskDefinition],
  "image-not-allowed": [executionRole, repository],
  "image-unreachable": [subnet, subnets],
  "image-rate-limited": [taskDefinition],
  "image-architecture": [repository, taskDefinition],
  "image-not-pulled": [repository, taskDefinition],
  "secret-not-found": [secrets],
  "secret-key": [secret, secrets],
  "parameter-not-found": [parameter, parameters],
  "secret-not-allowed": [callingRole, executionRole],
  "secret-unreachable": [subnet, subnets],
  "log-group-missing": [logGroups],
  "log-not-allowed": [callingRole, executionRole],
  "log-unreachable": [subnet, subnets],
  "log-driver": [taskDefinition],
  "network-interface": [subnet, subnets],
  "subnet-full": [subnet, subnets],
  network: [securityGroup, subnet, subnets],
  disk: [taskDefinition],
  "disk-timeout": [task],
  capacity: [subnets],
  quota: [quotas],
  throttled: [quotas],
  placement: [cluster],
  "spot-interruption": [task],
  maintenance: [task],
  "stopped-by-person": [stopCalls],
  "stopped-by-service": [cluster],
  "role-not-assumable": [namedRole, schedulerRole],
  "pass-role-refused": [callingRole, namedRole, schedulerRole],
  "tagging-refused": [callingRole, schedulerRole],
  "start-not-allowed": [callingRole, schedulerRole],
  "cluster-missing": [clusters],
  "revision-inactive": [taskDefinition],
  "container-name": [schedule],
  "start-refused": [taskDefinition],
  "never-started": [task],
  lost: [logStream, cluster],
  missed: [schedule],
  "aws-internal": [task],
  unknown: [task, logStream],
};
