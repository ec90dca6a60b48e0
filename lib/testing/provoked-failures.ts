import { type CauseKind, causeKinds } from "@/lib/domain/run";

/**
 * Every cause of a failure: what it means, and how it is provoked in the sandbox. One table with three readers: the test that
 * provokes each, docs/failures.md that tells of each, and whoever looks for what is missing.
 */
export type FailureToProvoke = {
  kind: CauseKind;
  title: string;
  /** What it means, for somebody who meets it for the first time. */
  meaning: string;
  provocations: Provocation[];
};

/** `task`: Run now or the schedule starts it. `schedule`: told by the Scheduler's dead letter. `by-hand`: a test of its own. */
export type Provocation = {
  name: string;
  by: "task" | "schedule" | "by-hand";
  image?: string;
  command?: string[];
  secrets?: { name: string; valueFrom: string }[];
  /** What somebody does beside it, in words and commands. */
  steps?: string;
};

const shell = (name: string, script: string, more: Partial<Provocation> = {}): Provocation => ({
  ...{ name, by: "task", command: ["sh", "-c", script] },
  ...more,
});
const image = (name: string, more: Partial<Provocation> = {}): Provocation => ({
  ...{ name: `sandbox/${name}`, by: "task", image: `sandbox/${name}`, command: ["sleep", "60"] },
  ...more,
});
const refused = (name: string, more: Partial<Provocation> = {}): Provocation => image(name, { by: "schedule", ...more });
const secret = (name: string, valueFrom: string, steps?: string): Provocation => ({
  ...{ name, by: "task", command: ["true"], secrets: [{ name: "PASSWORD", valueFrom }] },
  ...(steps && { steps }),
});
const secretArn = (name: string) => `arn:aws:secretsmanager:{region}:123456789012:secret:${name}`;

/** The secrets that the test makes, and a reader of the page with these commands. */
export const secretsToMake = { "sandbox/json": '{"user":"ada"}', "sandbox/plain": "only words" };
const makeSecret = (name: keyof typeof secretsToMake) =>
  `aws secretsmanager create-secret --name ${name} --secret-string '${secretsToMake[name]}'`;

/** A trust policy that names neither the Scheduler nor ECS. */
export const foreignTrust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';

export const failuresToProvoke: readonly FailureToProvoke[] = [
  {
    kind: "exit-code",
    title: "The program failed",
    meaning: "The container ended by itself with a code that is not 0. What it means, the program alone knows: its log tells.",
    provocations: [
      shell("exit code 1", "echo 'nothing to import' >&2; exit 1"),
      shell("exit code 2", "exit 2"),
      shell("exit code 255", "exit 255"),
    ],
  },
  {
    kind: "out-of-memory",
    title: "Out of memory",
    meaning: "The container used more memory than the task has, and the kernel killed it. AWS says so in the container's reason.",
    provocations: [image("out-of-memory")],
  },
  {
    kind: "heap-exhausted",
    title: "The program's own memory limit",
    meaning:
      "Node, Java and Python have limits of their own, below the task's memory. AWS tells an exit code only; the last lines of the log tell the rest, so this cause appears once they are kept, half a minute after the end.",
    provocations: [
      shell("a full heap", "echo 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory'; kill -ABRT $$"),
    ],
  },
  {
    kind: "killed",
    title: "Killed by a signal, without a word of AWS",
    meaning:
      "Exit codes above 128 stand for a signal. 137 is SIGKILL: mostly the kernel for want of memory without AWS noticing (a child of the container's first process), else something within the container.",
    provocations: [shell("SIGKILL", "kill -KILL $$"), shell("SIGHUP", "kill -HUP $$")],
  },
  {
    kind: "stop-timeout",
    title: "Stopped, and killed at the stop timeout",
    meaning:
      "Somebody stopped the task; it got SIGTERM, did not end within its stop timeout (30 s on Fargate where the definition names no other) and was killed.",
    provocations: [
      shell("a shell that ignores SIGTERM", "trap '' TERM; while :; do sleep 1; done", {
        by: "by-hand",
        steps: "Run it, press Stop, and wait for 30 s.",
      }),
    ],
  },
  {
    kind: "terminated",
    title: "Ended by SIGTERM that nobody owns up to",
    meaning:
      "The program ended with 143, as if it had been asked to stop, but ECS knows of no stop: something within the container sent it.",
    provocations: [shell("SIGTERM", "kill -TERM $$")],
  },
  {
    kind: "interrupted",
    title: "Interrupted",
    meaning: "The program ended with 130, as after Ctrl-C: something within the container sent SIGINT.",
    provocations: [shell("SIGINT", "exit 130")],
  },
  {
    kind: "aborted",
    title: "The program aborted itself",
    meaning: "A failed assertion, an uncaught exception of C++, or a runtime's panic: the program raised SIGABRT.",
    provocations: [shell("SIGABRT", "kill -ABRT $$")],
  },
  {
    kind: "segmentation-fault",
    title: "The program crashed",
    meaning: "It touched memory that is not its own: a fault in native code, or an image for another CPU under emulation.",
    provocations: [shell("SIGSEGV", "kill -SEGV $$")],
  },
  {
    kind: "command-not-found",
    title: "The command was not found",
    meaning: "A shell ends with 127 where it does not find a program; without a shell the container cannot start at all.",
    provocations: [shell("within a shell", "reprot --all"), { name: "without a shell", by: "task", command: ["reprot", "--all"] }],
  },
  {
    kind: "command-not-executable",
    title: "The command may not be executed",
    meaning:
      "The file is there, but its executable bit is not, or it is for another CPU: a shell ends with 126, a container without one cannot start.",
    provocations: [
      shell("within a shell", "touch report.sh; ./report.sh"),
      { name: "without a shell", by: "task", command: ["/etc/passwd"] },
    ],
  },
  {
    kind: "container-not-started",
    title: "The container could not be started",
    meaning: "The image is there and the runtime cannot make a container of it, for a reason that is neither the command nor its rights.",
    provocations: [image("container-not-started")],
  },
  {
    kind: "health-check",
    title: "Stopped by its health check",
    meaning: "The definition or the image has a health check, it failed, and ECS stopped the task. Jobs need none.",
    provocations: [image("health-check")],
  },
  {
    kind: "image-not-found",
    title: "The image was not found",
    meaning: "The registry answered, and does not know this repository or this tag.",
    provocations: [image("no-such-image", { image: "sandbox/no-such-image:7" })],
  },
  {
    kind: "image-not-allowed",
    title: "The image may not be pulled",
    meaning:
      "The registry wants a login that the execution role does not give. Registries say the same of a repository that does not exist.",
    provocations: [image("image-not-allowed"), image("registry-not-allowed")],
  },
  {
    kind: "image-unreachable",
    title: "The registry cannot be reached",
    meaning:
      "The task has no way to the registry or to the login of ECR: no public address, no NAT gateway, no endpoint, or a closed security group.",
    provocations: [image("image-unreachable"), image("network-timeout")],
  },
  {
    kind: "image-rate-limited",
    title: "The registry's rate limit",
    meaning: "Docker Hub gives each address so many pulls, and all tasks behind one NAT gateway share an address.",
    provocations: [image("image-rate-limited")],
  },
  {
    kind: "image-architecture",
    title: "The image is built for another CPU",
    meaning:
      "Built on an ARM laptop, run on x86-64 (or the other way round). The registry may have no image for the platform; else the program cannot be executed, and only its log tells.",
    provocations: [image("no-such-platform"), image("wrong-architecture")],
  },
  {
    kind: "image-not-pulled",
    title: "The image could not be pulled, for another reason",
    meaning: "A registry that is out of order, a download that broke off: AWS's words tell.",
    provocations: [image("pull-failed")],
  },
  {
    kind: "secret-not-found",
    title: "A secret does not exist",
    meaning: "Secrets Manager answered, and does not know this ARN: misspelled, of another region, or deleted.",
    provocations: [secret("an ARN that nothing has", secretArn("nothing-AbCdEf"))],
  },
  {
    kind: "secret-key",
    title: "A secret has no such JSON key",
    meaning: "The reference asks for one key of the secret's JSON object, and the object does not have it, or the secret is no JSON.",
    provocations: [
      secret("a key that is not there", `${secretArn("sandbox/json")}:password::`, makeSecret("sandbox/json")),
      secret("a secret that is no JSON", `${secretArn("sandbox/plain")}:password::`, makeSecret("sandbox/plain")),
    ],
  },
  {
    kind: "parameter-not-found",
    title: "An SSM parameter does not exist",
    meaning: "Parameter Store answered, and does not know this name.",
    provocations: [secret("a name that nothing has", "/sandbox/nothing")],
  },
  {
    kind: "secret-not-allowed",
    title: "A secret may not be read",
    meaning: "The execution role lacks the right to read the secret or the parameter, or to decrypt it.",
    provocations: [image("secret-not-allowed"), image("parameter-not-allowed")],
  },
  {
    kind: "secret-unreachable",
    title: "The secrets cannot be reached",
    meaning: "The task has no way to Secrets Manager or Systems Manager.",
    provocations: [image("secret-unreachable")],
  },
  {
    kind: "log-group-missing",
    title: "The log group does not exist",
    meaning: "The log driver makes its stream before the container starts. Without the group the task stops there.",
    provocations: [
      {
        name: "a log group that was deleted",
        by: "by-hand",
        command: ["true"],
        steps: "aws logs delete-log-group --log-group-name /belfry/sandbox",
      },
    ],
  },
  {
    kind: "log-not-allowed",
    title: "The log may not be written",
    meaning: "The execution role lacks logs:CreateLogStream.",
    provocations: [image("log-not-allowed")],
  },
  {
    kind: "log-unreachable",
    title: "CloudWatch Logs cannot be reached",
    meaning: "The task has no way to CloudWatch Logs; ECS kills the log driver that waits for it.",
    provocations: [image("log-unreachable")],
  },
  {
    kind: "log-driver",
    title: "The log driver failed, for another reason",
    meaning: "An option that the driver does not know, for example: AWS's words tell.",
    provocations: [image("log-driver-failed")],
  },
  {
    kind: "network-interface",
    title: "AWS was slow to attach the network card",
    meaning: "Each task gets a network card of its own, and this one did not come in time. It passes.",
    provocations: [image("no-network-interface")],
  },
  {
    kind: "subnet-full",
    title: "The subnet is out of addresses",
    meaning: "Each task takes an address of its subnet, and none was left.",
    provocations: [image("subnet-full")],
  },
  {
    kind: "network",
    title: "A subnet or security group does not fit",
    meaning: "ECS does not know the environment's subnet or security group, or they are in different networks.",
    provocations: [
      {
        name: "a subnet of the wrong form",
        by: "by-hand",
        command: ["true"],
        steps: "Start Belfry with BELFRY_SUBNETS=net-1.",
      },
    ],
  },
  {
    kind: "disk",
    title: "The disk is full",
    meaning: "The image or what the job writes is larger than the task's ephemeral storage (20 GB unless the definition says more).",
    provocations: [image("disk-full")],
  },
  {
    kind: "disk-timeout",
    title: "AWS was slow to provide the disk",
    meaning: "The task's ephemeral storage did not come in time. It passes.",
    provocations: [image("no-disk")],
  },
  {
    kind: "capacity",
    title: "No capacity",
    meaning: "Fargate had no room in these availability zones at this moment. The Scheduler tries again as its retry policy says.",
    provocations: [refused("no-capacity")],
  },
  {
    kind: "quota",
    title: "The account's quota is used up",
    meaning: "An account may run so many vCPUs of Fargate at a time; new accounts begin with six.",
    provocations: [refused("quota-reached")],
  },
  {
    kind: "throttled",
    title: "AWS is asked too often",
    meaning: "ECS takes so many starts a second, and the retries were used up.",
    provocations: [refused("throttled")],
  },
  {
    kind: "placement",
    title: "ECS found no place for the task",
    meaning: "RunTask answered with status 200, no task, and a failure in its list: nothing was started.",
    provocations: [image("placement-failure", { by: "by-hand", steps: "Press Run now: the Scheduler takes such an answer for a start." })],
  },
  {
    kind: "spot-interruption",
    title: "Spot capacity taken back",
    meaning: "The task ran on spare capacity, and AWS needed it, with two minutes' warning.",
    provocations: [image("spot-taken")],
  },
  {
    kind: "maintenance",
    title: "Stopped for maintenance",
    meaning: "AWS retires the platform below the task. A job's task is not started anew by anybody.",
    provocations: [image("maintenance")],
  },
  {
    kind: "stopped-by-person",
    title: "Stopped by somebody",
    meaning: "A person pressed Stop in Belfry, who is named, or called StopTask in AWS, which CloudTrail knows.",
    provocations: [
      shell("StopTask in AWS", "exec sleep 60", {
        by: "by-hand",
        steps:
          "aws ecs stop-task --cluster belfry-sandbox --task \"$(aws ecs list-tasks --cluster belfry-sandbox --query 'taskArns[0]' --output text)\"",
      }),
    ],
  },
  {
    kind: "stopped-by-service",
    title: "Stopped by an ECS service",
    meaning: "A job's task belongs to no service. Seen where somebody else starts tasks of the same family.",
    provocations: [image("stopped-by-service")],
  },
  {
    kind: "role-not-assumable",
    title: "A role cannot be taken",
    meaning:
      "The trust policy of the Scheduler's role, or of the job's role, does not name the service that has to take it; or the role is gone.",
    provocations: [
      {
        name: "the job's role trusts somebody else",
        by: "by-hand",
        command: ["true"],
        steps: `aws iam update-assume-role-policy --role-name belfry-sandbox-execution --policy-document '${foreignTrust}'`,
      },
      {
        name: "the Scheduler's role trusts somebody else",
        by: "by-hand",
        command: ["true"],
        steps: `aws iam update-assume-role-policy --role-name belfry-sandbox-scheduler --policy-document '${foreignTrust}'`,
      },
    ],
  },
  {
    kind: "pass-role-refused",
    title: "PassRole refused",
    meaning: "Whoever starts a task hands its roles to ECS, and needs the right to. Nothing notices until the first start.",
    provocations: [refused("pass-role-refused")],
  },
  {
    kind: "tagging-refused",
    title: "TagResource refused",
    meaning: "A start with tags needs a right of its own; without it nothing starts, and no event tells.",
    provocations: [refused("tagging-refused")],
  },
  {
    kind: "start-not-allowed",
    title: "RunTask refused",
    meaning: "Whoever starts the task may not start this family, or not in this cluster.",
    provocations: [refused("start-not-allowed")],
  },
  {
    kind: "cluster-missing",
    title: "The cluster does not exist",
    meaning: "Deleted, or of another name or region than the environment says.",
    provocations: [
      { name: "a cluster that was deleted", by: "by-hand", command: ["true"], steps: "aws ecs delete-cluster --cluster belfry-sandbox" },
    ],
  },
  {
    kind: "revision-inactive",
    title: "The revision is gone",
    meaning:
      "The schedule names a revision of the task definition that somebody has deregistered: creating the schedule went well, and every start fails. Belfry notices within a round and registers another.",
    provocations: [
      {
        name: "a revision that was deregistered",
        by: "by-hand",
        command: ["true"],
        steps: "aws ecs deregister-task-definition --task-definition <family>:<revision>",
      },
    ],
  },
  {
    kind: "container-name",
    title: "A container that the definition does not have",
    meaning: "The schedule's input names another container than the definition: somebody changed one of the two behind Belfry's back.",
    provocations: [
      {
        name: "an input for another container",
        by: "by-hand",
        command: ["true"],
        steps:
          "Change the name `main` in the schedule's input with `aws scheduler update-schedule`, and let it fire before the next round puts it right.",
      },
    ],
  },
  {
    kind: "start-refused",
    title: "Refused, for another reason",
    meaning: "A definition that does not fit to Fargate, a blocked account, or something that Belfry has never heard of: AWS's words tell.",
    provocations: [refused("account-blocked"), image("not-for-fargate"), refused("unknown-refusal")],
  },
  {
    kind: "never-started",
    title: "Never started, for a reason that is not known",
    meaning: "ECS made the task and stopped it before its container ran, in words that Belfry does not know.",
    provocations: [image("resources-failed"), image("never-heard-of")],
  },
  {
    kind: "missed",
    title: "Missed",
    meaning:
      "The calendar promised a run, its time and grace have passed, every source was looked at since, and AWS tells neither of a task nor of a refused start.",
    provocations: [
      {
        name: "a moment at which nothing fires",
        by: "by-hand",
        steps:
          "Stop the sandbox with Ctrl-C over a moment of the schedule and start it again: the imitated Scheduler fires nothing that passed meanwhile. The run appears once no start can come any more: after the start's age limit (15 minutes unless the job says otherwise) and three minutes.",
      },
    ],
  },
  {
    kind: "lost",
    title: "Lost",
    meaning: "ECS no longer knows the task, and its end was never told: ECS remembers a stopped task for about an hour.",
    provocations: [
      {
        name: "an end that nobody hears",
        by: "by-hand",
        command: ["sh", "-c", "exec sleep 20"],
        steps: `aws events disable-rule --name belfry-sandbox-tasks   # while it runs: its end is not told
curl -X POST http://127.0.0.1:4566/_sandbox/clock -d '{"advanceSeconds": 7200}'   # once it has ended: ECS forgets it`,
      },
    ],
  },
  {
    kind: "aws-internal",
    title: "An error inside AWS",
    meaning: "AWS says that the fault is its own. It passes.",
    provocations: [image("internal-error")],
  },
  {
    kind: "unknown",
    title: "Unknown",
    meaning: "None of the above. The card says that it does not know, and shows AWS's own words.",
    provocations: [image("without-a-word")],
  },
];

/** The kinds that have no row: none, as a test says. */
export function kindsWithoutRow(): CauseKind[] {
  return causeKinds.filter((kind) => !failuresToProvoke.some((row) => row.kind === kind));
}
