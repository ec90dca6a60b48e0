import { expect, test } from "vitest";
import { type ConsolePlaces, consoleLinkOf } from "./console-links";
import { type CauseKind, causeKinds } from "./run";

const places: ConsolePlaces = {
  region: "eu-central-1",
  accountId: "123456789012",
  clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/jobs",
  scheduleGroup: "belfry-prod",
  scheduleName: "blf-abcde12345-nightly",
  executionRoleArn: "arn:aws:iam::123456789012:role/belfry/belfry-execution",
  schedulerRoleArn: "arn:aws:iam::123456789012:role/belfry-scheduler",
  subnets: ["subnet-11111111", "subnet-22222222"],
  securityGroups: ["sg-11111111"],
  taskArn: "arn:aws:ecs:eu-central-1:123456789012:task/jobs/0123456789abcdef0123456789abcdef",
  taskDefinitionArn: "arn:aws:ecs:eu-central-1:123456789012:task-definition/belfry-prod-billing:42",
  logGroup: "/belfry/prod",
  logStream: "belfry/main/0123456789abcdef0123456789abcdef",
  image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.4",
};

const link = (kind: CauseKind, words: string[] = [], changes: Partial<ConsolePlaces> = {}) =>
  consoleLinkOf({ kind, awsWords: words }, { ...places, ...changes });

const console_ = "https://eu-central-1.console.aws.amazon.com";
const task = `${console_}/ecs/v2/clusters/jobs/tasks/0123456789abcdef0123456789abcdef/configuration?region=eu-central-1`;
const definition = `${console_}/ecs/v2/task-definitions/belfry-prod-billing/42/containers?region=eu-central-1`;
const stream = `${console_}/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/$252Fbelfry$252Fprod/log-events/belfry$252Fmain$252F0123456789abcdef0123456789abcdef`;
const role = (name: string) => `https://console.aws.amazon.com/iam/home#/roles/details/${name}?section=permissions`;
const subnets = `${console_}/vpcconsole/home?region=eu-central-1#subnets:`;

const rows: [kind: CauseKind, words: string, href: string][] = [
  ["exit-code", "", stream],
  ["out-of-memory", "", task],
  ["command-not-found", "", definition],
  ["image-not-found", "", "https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/team/app?region=eu-west-1"],
  ["image-not-allowed", "", role("belfry-execution")],
  ["image-unreachable", "dial tcp 192.0.2.7:443: i/o timeout", subnets],
  [
    "secret-key",
    "failed to fetch secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/app-AbCdEf from secrets manager",
    "https://eu-west-1.console.aws.amazon.com/secretsmanager/secret?name=team%2Fapp&region=eu-west-1",
  ],
  ["secret-key", "did not contain json key x", `${console_}/secretsmanager/listsecrets?region=eu-central-1`],
  [
    "secret-not-allowed",
    "User: arn:aws:sts::123456789012:assumed-role/other-execution/0123 is not authorized to perform: secretsmanager:GetSecretValue",
    role("other-execution"),
  ],
  ["secret-not-allowed", "AccessDeniedException", role("belfry-execution")],
  ["parameter-not-found", "invalid ssm parameters: /app/key", `${console_}/systems-manager/parameters/?region=eu-central-1`],
  [
    "log-group-missing",
    "",
    `${console_}/cloudwatch/home?region=eu-central-1#logsV2:log-groups$3FlogGroupNameFilter$3D$252Fbelfry$252Fprod`,
  ],
  [
    "subnet-full",
    "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-0a1b2c3d': InsufficientFreeAddressesInSubnet",
    `${console_}/vpcconsole/home?region=eu-central-1#SubnetDetails:subnetId=subnet-0a1b2c3d`,
  ],
  [
    "network",
    "The security group 'sg-0a1b2c3d' does not exist",
    `${console_}/ec2/home?region=eu-central-1#SecurityGroup:groupId=sg-0a1b2c3d`,
  ],
  ["quota", "", `${console_}/servicequotas/home/services/fargate/quotas`],
  ["stopped-by-person", "", `${console_}/cloudtrailv2/home?region=eu-central-1#/events?EventName=StopTask`],
  [
    "pass-role-refused",
    "User: arn:aws:sts::123456789012:assumed-role/worker/x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/job",
    role("worker"),
  ],
  [
    "role-not-assumable",
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/jobs/report' that was provided",
    role("report"),
  ],
  ["role-not-assumable", "must allow AWS EventBridge Scheduler to assume the role.", role("belfry-scheduler")],
  ["cluster-missing", "Cluster not found.", `${console_}/ecs/v2/clusters?region=eu-central-1`],
  ["placement", "RESOURCE:ENI", `${console_}/ecs/v2/clusters/jobs/tasks?region=eu-central-1`],
  ["revision-inactive", "TaskDefinition is inactive", definition],
  ["missed", "", `${console_}/scheduler/home?region=eu-central-1#schedules/belfry-prod/blf-abcde12345-nightly`],
  ["container-name", "", `${console_}/scheduler/home?region=eu-central-1#schedules/belfry-prod/blf-abcde12345-nightly`],
];

test.each(rows)("a run that ended for %s (%s) leads to the right page", (kind, words, href) => {
  expect(link(kind, [words])?.href).toBe(href);
});

test("every cause has a page, and every page says what is to be found there", () => {
  for (const kind of causeKinds) expect(link(kind)?.label, kind).toMatch(/^(The|Fargate's|StopTask)\b.{5}/);
});

test("other partitions have hosts of their own, and one that is not known has no link", () => {
  const gov = { region: "us-gov-west-1", clusterArn: "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:cluster/jobs" };
  expect(link("exit-code", [], gov)?.href).toMatch(/^https:\/\/us-gov-west-1\.console\.amazonaws-us-gov\.com\/cloudwatch\//);
  expect(link("image-not-allowed", [], { ...gov, executionRoleArn: "arn:aws-us-gov:iam::123456789012:role/x" })?.href).toBe(
    "https://console.amazonaws-us-gov.com/iam/home#/roles/details/x?section=permissions",
  );
  const china = { region: "cn-north-1", clusterArn: "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/jobs" };
  expect(link("quota", [], china)?.href).toBe("https://cn-north-1.console.amazonaws.cn/servicequotas/home/services/fargate/quotas");
  expect(link("quota", [], { clusterArn: "arn:aws-iso:ecs:us-iso-east-1:123456789012:cluster/jobs" })).toBeNull();
  expect(link("quota", [], { clusterArn: "arn:constructor:ecs:x:1:cluster/jobs" })).toBeNull();
});

test("what is not known has no link rather than a wrong one", () => {
  const nothing = { taskArn: null, taskDefinitionArn: null, logGroup: null, logStream: null, image: null };
  expect(link("out-of-memory", [], nothing)).toBeNull();
  expect(link("image-rate-limited", [], { ...nothing, image: "docker.io/library/alpine:3" })).toBeNull();
  expect(link("image-not-found", [], { ...nothing, image: "registry.example.com/app:1" })).toBeNull();
  expect(link("exit-code", [], { ...nothing, taskArn: "arn:aws:ecs:x" })).toBeNull();
});

test("hostile words and names never leave AWS's console, and never throw", () => {
  const hostile = [
    "javascript:alert(1)",
    "\u202egpj.exe",
    "\u0000",
    "a".repeat(100_000),
    "subnet-0a1b2c3d".repeat(5000),
    "'\"><script>",
    "%00$252F..//",
    "\ud800",
  ];
  for (const text of hostile)
    for (const kind of causeKinds) {
      const found = link(kind, [text, `arn:aws:iam::123456789012:role/${text}`], {
        taskArn: `arn:aws:ecs:eu-central-1:1:task/${text}/${text}`,
        image: text,
      });
      if (found) expect(new URL(found.href).host).toMatch(/^([a-z]{2}(-[a-z]+)+-\d\.)?console\.aws\.amazon\.com$/);
    }
  expect(link("quota", [], { region: "evil.example/" })).toBeNull();
});
