import fc from "fast-check";
import { expect, test } from "vitest";
import { explainLaunchError, explainStop, refineByLog, type StopFacts } from "./failure";
import { launchCauses } from "./launch-causes";
import type { CauseKind, RunContainer } from "./run";
import { startCauses } from "./start-causes";

const container = (changes: Partial<RunContainer> = {}): RunContainer => ({
  name: "main",
  lastStatus: "STOPPED",
  exitCode: null,
  reason: null,
  image: "registry.example/report:7",
  imageDigest: null,
  ...changes,
});

const facts = (changes: Partial<StopFacts> = {}): StopFacts => ({
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  containers: [container({ exitCode: 1 })],
  mainContainer: "main",
  stopRequestedBy: null,
  startedAt: new Date("2026-03-01T10:00:00Z"),
  stoppedAt: new Date("2026-03-01T10:12:03Z"),
  memory: 512,
  image: "registry.example/report:7",
  ...changes,
});

const neverStarted = (stoppedReason: string, reason: string | null = null): StopFacts =>
  facts({ stopCode: "TaskFailedToStart", stoppedReason, startedAt: null, containers: [container({ reason })] });

const ended = (exitCode: number | null, reason: string | null = null): StopFacts =>
  facts({ containers: [container({ exitCode, reason })] });

const startRows: [words: string, kind: CauseKind, headline: string][] = [
  [
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref registry.example/report:7: registry.example/report:7: not found",
    "image-not-found",
    "The image was not found: registry.example/report:7",
  ],
  [
    "CannotPullContainerError: Error response from daemon: manifest for report:7 not found: manifest unknown",
    "image-not-found",
    "not found",
  ],
  [
    "CannotPullContainerError: Error response from daemon: pull access denied for report, repository does not exist or may require 'docker login'",
    "image-not-allowed",
    "may not be pulled",
  ],
  [
    "CannotPullContainerError: The task can’t pull the image. Check whether the role has permissions to pull images from the registry.",
    "image-not-allowed",
    "may not be pulled",
  ],
  [
    "CannotPullContainerError: ref pull has been retried 1 time(s): failed to resolve reference: unexpected status code 403 Forbidden",
    "image-not-allowed",
    "may not be pulled",
  ],
  [
    'CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref x: failed to do request: Head "https://x": dial tcp 192.0.2.7:443: i/o timeout',
    "image-unreachable",
    "cannot be reached",
  ],
  ["CannotPullContainerError: request canceled while waiting for connection", "image-unreachable", "cannot be reached"],
  ["CannotPullContainerError: context canceled", "image-unreachable", "cannot be reached"],
  [
    "CannotPullContainerError: The task cannot pull x. There is a connection issue between the task and the registry.",
    "image-unreachable",
    "cannot be reached",
  ],
  ["CannotPullContainerError: toomanyrequests: You have reached your pull rate limit", "image-rate-limited", "rate limit"],
  ["CannotPullContainerError: failed to register layer: write /data: no space left on device", "disk", "disk is full"],
  [
    "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
    "image-architecture",
    "another CPU: registry.example/report:7",
  ],
  ["CannotPullContainerError: something new", "image-not-pulled", "could not be pulled"],
  [
    'ResourceInitializationError: unable to pull secrets or registry auth: There is a connection issue between the task and AWS Secrets Manager. Post "https://secretsmanager.eu-central-1.amazonaws.com/": dial tcp 192.0.2.8:443: i/o timeout',
    "secret-unreachable",
    "cannot be reached",
  ],
  [
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: AccessDeniedException: not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf",
    "secret-not-allowed",
    "may not be read",
  ],
  ["AccessDeniedException: not authorized to perform: ssm:GetParameters", "secret-not-allowed", "may not be read"],
  ["AccessDeniedException: The ciphertext refers to a key; kms:Decrypt is not allowed", "secret-not-allowed", "may not be read"],
  [
    "ResourceInitializationError: unable to pull secrets or registry auth: AccessDeniedException: not authorized to perform: ecr:GetAuthorizationToken",
    "image-not-allowed",
    "may not be pulled",
  ],
  [
    "ResourceInitializationError: unable to pull secrets: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
    "secret-not-found",
    "secret was not found",
  ],
  [
    "ResourceInitializationError: retrieved secret from Secrets Manager did not contain json key password",
    "secret-key",
    "no such JSON key",
  ],
  [
    "ResourceInitializationError: unable to pull secrets: invalid ssm parameters: /app/key",
    "parameter-not-found",
    "parameter was not found",
  ],
  [
    "ResourceInitializationError: failed to validate logger args: create stream: ResourceNotFoundException: The specified log group does not exist.: exit status 1",
    "log-group-missing",
    "the log group does not exist",
  ],
  [
    "CannotStartContainerError: failed to initialize logging driver: AccessDeniedException: not authorized to perform: logs:CreateLogStream",
    "log-not-allowed",
    "the execution role may not",
  ],
  ["ResourceInitializationError: failed to validate logger args: : signal: killed", "log-unreachable", "cannot be reached"],
  [
    "ResourceInitializationError: failed to validate logger args: There is a connection issue between the task and CloudWatch",
    "log-unreachable",
    "cannot be reached",
  ],
  ["ResourceInitializationError: failed to validate logger args: something new", "log-driver", "Could not write the log"],
  ["Timeout waiting for network interface provisioning to complete.", "network-interface", "too slow to attach"],
  ["Timeout waiting for EphemeralStorage provisioning to complete.", "disk-timeout", "too slow to provide the disk"],
  ["Unexpected EC2 error while attempting to Create Network Interface in subnet subnet-1", "subnet-full", "no address left"],
  ["InsufficientFreeAddressesInSubnet: the subnet does not have enough free addresses", "subnet-full", "no address left"],
  ["Rate limit exceeded while attempting to Create Network Interface in subnet", "network-interface", "too slow to attach"],
  [
    'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.us-east-1.amazonaws.com/": dial tcp 192.0.2.10:443: i/o timeout. Please check your task network configuration.',
    "image-unreachable",
    "the registry's login cannot be reached",
  ],
  [
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): invalid character 'p' looking for beginning of value",
    "secret-key",
    "not JSON",
  ],
  [
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/job' that was provided for this task.",
    "role-not-assumable",
    "ECS may not take the job's role",
  ],
  ["You’ve reached the limit on the number of vCPUs you can run concurrently", "quota", "quota is used up"],
  ["InternalError: failed to create container", "aws-internal", "inside AWS"],
  ['CannotStartContainerError: exec: "reprot": executable file not found in $PATH', "command-not-found", "not found in the image"],
  ['CannotCreateContainerError: exec: "/run.sh": permission denied', "command-not-executable", "may not be executed"],
  ["ContainerRuntimeError: failed to create container", "container-not-started", "could not be started"],
  ["CannotStartContainerError: failed to get container status", "container-not-started", "could not be started"],
  ["The selected task definition is not compatible with the selected compute strategy", "start-refused", "does not fit to Fargate"],
  ["Capacity is unavailable at this time. Please try again later or in a different availability zone", "capacity", "no capacity"],
  ["ResourceInitializationError: something new", "never-started", "could not prepare"],
  ["something quite new", "never-started", "does not know"],
];

test.each(startRows)("a task that never started says why: %s", (words, kind, headline) => {
  for (const told of [neverStarted(words), neverStarted("Task failed to start", words)]) {
    const cause = explainStop(told);
    expect(cause?.kind).toBe(kind);
    expect(cause?.headline).toContain(headline);
    expect(cause?.awsWords).toContain(words);
    expect(cause?.evidence).toContain("It never ran: ECS has no start time");
    expect(cause?.nextStep).not.toBe("");
  }
});

const endRows: [what: string, StopFacts, kind: CauseKind, headline: string][] = [
  ["a program that failed", ended(1), "exit-code", "The program failed with exit code 1"],
  ["a shell that was misused", ended(2), "exit-code", "exit code 2"],
  ["an own exit code", ended(42), "exit-code", "The program failed with exit code 42"],
  ["a file that may not be executed", ended(126), "command-not-executable", "126"],
  ["a command that does not exist", ended(127), "command-not-found", "127"],
  ["SIGHUP", ended(129), "killed", "Ended by SIGHUP (exit code 129)"],
  ["SIGINT", ended(130), "interrupted", "SIGINT"],
  ["an abort", ended(134), "aborted", "aborted itself"],
  ["a floating point trap", ended(136), "killed", "SIGFPE"],
  ["a real-time signal", ended(128 + 34), "killed", "signal 34"],
  [
    "137 with AWS's word for memory",
    ended(137, "OutOfMemoryError: Container killed due to memory usage"),
    "out-of-memory",
    "Ran out of memory: the container was killed at 512 MB",
  ],
  [
    "0 with AWS's word for memory",
    ended(0, "OutOfMemoryError: Container killed due to memory usage"),
    "out-of-memory",
    "Ran out of memory",
  ],
  ["137 without it", ended(137), "killed", "without AWS saying why"],
  ["a segmentation fault", ended(139), "segmentation-fault", "segmentation fault"],
  ["a polite end", ended(143), "terminated", "SIGTERM"],
  ["a death without a code", ended(255), "exit-code", "without a proper exit code (255)"],
  ["a code above the signals", ended(200), "exit-code", "exit code 200"],
  ["another CPU's image that ran", ended(255, "exec format error"), "image-architecture", "another CPU"],
  ["no exit code at all", ended(null), "unknown", "Ended without an exit code"],
  [
    "a task whose containers AWS does not list",
    facts({ stopCode: "TaskFailedToStart", containers: [], startedAt: null }),
    "never-started",
    "Never started",
  ],
  [
    "Spot taken back",
    facts({
      stopCode: "SpotInterruption",
      stoppedReason: "Your Spot Task was interrupted.",
      containers: [container({ exitCode: 143 })],
    }),
    "spot-interruption",
    "AWS took the Spot capacity back",
  ],
  [
    "Spot taken back while the program left politely",
    facts({ stopCode: "SpotInterruption", containers: [container({ exitCode: 0 })] }),
    "spot-interruption",
    "Interrupted",
  ],
  [
    "maintenance",
    facts({
      stopCode: null,
      stoppedReason: "ECS is performing maintenance on the underlying infrastructure hosting the task",
      containers: [container({ exitCode: 143 })],
    }),
    "maintenance",
    "maintenance",
  ],
  ["a termination notice", facts({ stopCode: "TerminationNotice" }), "maintenance", "maintenance"],
  ["unhealthy infrastructure", facts({ stopCode: "InfrastructureHealth" }), "maintenance", "maintenance"],
  [
    "a person in Belfry",
    facts({
      stopCode: "UserInitiated",
      stoppedReason: "Stopped in Belfry",
      stopRequestedBy: "Ada",
      containers: [container({ exitCode: 137 })],
    }),
    "stop-timeout",
    "Stopped by Ada: it did not end when asked to, and was killed",
  ],
  [
    "a person in Belfry, and a program that ended politely",
    facts({
      stopCode: "UserInitiated",
      stoppedReason: "Stopped in Belfry",
      stopRequestedBy: "Ada",
      containers: [container({ exitCode: 143 })],
    }),
    "stopped-by-person",
    "Stopped by Ada",
  ],
  [
    "a person whose reason sounds like something else",
    facts({ stopCode: "UserInitiated", stoppedReason: "Your Spot Task was interrupted.", containers: [container({ exitCode: 143 })] }),
    "stopped-by-person",
    "not through Belfry",
  ],
  [
    "a person elsewhere",
    facts({ stopCode: "UserInitiated", stoppedReason: "Task stopped by user", containers: [container({ exitCode: 0 })] }),
    "stopped-by-person",
    "not through Belfry",
  ],
  [
    "a service's scaling",
    facts({ stopCode: "ServiceSchedulerInitiated", stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1)" }),
    "stopped-by-service",
    "ECS service",
  ],
  [
    "a load balancer",
    facts({ stopCode: null, stoppedReason: "Task failed ELB health checks in (target-group x)" }),
    "stopped-by-service",
    "ECS service",
  ],
  [
    "a host that left",
    facts({ stopCode: null, stoppedReason: "Host EC2 (instance i-1) terminated.", containers: [] }),
    "stopped-by-service",
    "cluster",
  ],
  [
    "a health check",
    facts({ stoppedReason: "Task failed container health checks", containers: [container({ exitCode: 137 })] }),
    "health-check",
    "health check",
  ],
  [
    "a stop code from the future",
    facts({ stopCode: "Novelty", stoppedReason: "new words", containers: [container()] }),
    "unknown",
    "does not know",
  ],
];

test.each(endRows)("a task that ended says why: %s", (_what, told, kind, headline) => {
  const cause = explainStop(told);
  expect(cause?.kind).toBe(kind);
  expect(cause?.headline).toContain(headline);
  expect(cause?.nextStep).not.toBe("");
});

test("a task whose own container ended with 0 has no cause", () => {
  expect(explainStop(ended(0))).toBeNull();
  expect(explainStop({ ...ended(0), stopCode: null })).toBeNull();
});

test("an exit code that is absent is never a success", () => {
  expect(explainStop(facts({ containers: [container({ exitCode: null })] }))).not.toBeNull();
  expect(explainStop(facts({ containers: [] }))).not.toBeNull();
});

test("an injected container neither fails a run nor saves one", () => {
  const agent = container({ name: "aws-guardduty-agent-x1", exitCode: 137, reason: "OutOfMemoryError: agent" });
  expect(explainStop(facts({ containers: [agent, container({ exitCode: 0 })] }))).toBeNull();
  const failed = explainStop(facts({ containers: [{ ...agent, exitCode: 0 }, container({ exitCode: 3 })] }));
  expect(failed?.kind).toBe("exit-code");
  expect(failed?.awsWords).not.toContain("OutOfMemoryError: agent");
});

test("what is unknown shows AWS's own words", () => {
  const cause = explainStop(facts({ stopCode: "Novelty", stoppedReason: "The moon is full", containers: [container({ exitCode: null })] }));
  expect(cause).toMatchObject({ kind: "unknown", awsWords: ["The moon is full"] });
  expect(cause?.evidence).toEqual(["Container main: no exit code", "Stop code: Novelty", "It ran for 12 min 3 s"]);
});

test("a stop that had to kill says so in the evidence", () => {
  const cause = explainStop(facts({ stopCode: "UserInitiated", stopRequestedBy: "Ada", containers: [container({ exitCode: 137 })] }));
  expect(cause?.evidence).toContain("It still ran when its stop timeout of 30 s ended (the definition names no other), and was killed");
});

const launchRows: [awsCode: string, awsMessage: string, kind: CauseKind, headline: string][] = [
  [
    "AccessDeniedException",
    "User: arn:aws:sts::123456789012:assumed-role/worker/x is not authorized to perform: iam:PassRole on resource: arn:aws:iam::123456789012:role/job",
    "pass-role-refused",
    "the role may not be passed to ECS",
  ],
  ["AccessDeniedException", "not authorized to perform: ecs:RunTask on resource: x", "start-not-allowed", "AWS does not allow it"],
  [
    "ValidationException",
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    "role-not-assumable",
    "the Scheduler may not take its role",
  ],
  ["ClusterNotFoundException", "Cluster not found.", "cluster-missing", "the cluster does not exist"],
  ["ClientException", "TaskDefinition is inactive", "revision-inactive", "revision is gone"],
  ["ClientException", "You’ve reached the limit on the number of vCPUs you can run concurrently", "quota", "quota"],
  [
    "ClientException",
    "Capacity is unavailable at this time. Please try again later or in a different availability zone",
    "capacity",
    "no capacity",
  ],
  ["RESOURCE:ENI", "", "placement", "no place"],
  ["AGENT", "AGENT", "placement", "no place"],
  ["ThrottlingException", "Rate exceeded", "throttled", "asked too often"],
  ["InvalidParameterException", "The subnet ID 'subnet-1' does not exist", "network", "subnet"],
  ["InvalidParameterException", "The security group 'sg-1' does not exist", "network", "security group"],
  ["PlatformUnknownException", "The specified platform version does not exist.", "start-refused", "does not fit to Fargate"],
  ["PlatformTaskDefinitionIncompatibilityException", "The platform version does not satisfy", "start-refused", "does not fit to Fargate"],
  ["InvalidParameterException", "Container Overrides length must be at most 8192", "start-refused", "command, environment or size"],
  ["BlockedException", "Your AWS account was blocked.", "start-refused", "blocked the account"],
  [
    "InvalidParameterException",
    "Override for container named app is not a container in the TaskDefinition.",
    "container-name",
    "names a container that the task definition does not have",
  ],
  [
    "ClientException",
    "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/job' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
    "role-not-assumable",
    "ECS may not take the job's role",
  ],
  [
    "AccessDeniedException",
    "The role arn:aws:iam::123456789012:role/scheduler cannot be assumed by scheduler.amazonaws.com.",
    "role-not-assumable",
    "the Scheduler may not take its role",
  ],
  [
    "AccessDeniedException",
    "User: arn:aws:sts::123456789012:assumed-role/scheduler/x is not authorized to perform: ecs:TagResource on resource: arn:aws:ecs:eu-central-1:123456789012:task/main/*",
    "tagging-refused",
    "may not be given its tags",
  ],
  ["AWS.Scheduler.InternalServerError", "Unexpected error occurred while processing the request", "aws-internal", "inside AWS"],
  ["ConflictException", "The request conflicts with a current resource state.", "start-refused", "with other values"],
  ["ServerException", "Service Unavailable.", "aws-internal", "inside AWS"],
  ["NoveltyException", "The moon is full", "start-refused", "does not know"],
];

test.each(launchRows)("a refused start says why: %s: %s", (awsCode, awsMessage, kind, headline) => {
  const cause = explainLaunchError({ awsCode, awsMessage });
  expect(cause.kind).toBe(kind);
  expect(cause.headline).toContain(headline);
  expect(cause.awsWords).toEqual([awsMessage || awsCode]);
  expect(cause.nextStep).not.toBe("");
});

test("every line of both tables is reached by some row", () => {
  const headlines = startRows.map(([words]) => explainStop(neverStarted(words))?.headline ?? "");
  headlines.push(...endRows.map(([, told]) => explainStop(told)?.headline ?? ""));
  for (const { headline } of startCauses) expect(headlines.some((shown) => shown.startsWith(headline))).toBe(true);
  const refusals = launchRows.map(([awsCode, awsMessage]) => explainLaunchError({ awsCode, awsMessage }).headline);
  for (const { headline } of launchCauses) expect(refusals).toContain(headline);
});

const pieces = [
  ...startRows.map(([words]) => words),
  ...[
    "\u0000",
    "\u202e",
    "\ud800",
    "\udfff",
    "<script>alert(1)</script>",
    "\u001b[2J",
    "%00",
    "\\",
    "(((((",
    "*+?",
    "🜏",
    "x".repeat(20_000),
  ],
  ...["CannotPullContainer", "ResourceInitializationError", "task definition ", "arn:aws:iam::123456789012:role/", "subnet-", "host ec2 "],
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary" }), fc.string()), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(""))
  .filter((words) => words !== "");

test("hostile words never throw, are never lost, and never grow without a bound", () => {
  fc.assert(
    fc.property(hostile, (words) => {
      const shown = container({ name: words, image: words, reason: words, exitCode: 1 });
      for (const cause of [
        explainStop(neverStarted(words, words)),
        explainStop(facts({ stopCode: words, stoppedReason: words, containers: [shown], image: words })),
        explainStop(facts({ stopCode: "UserInitiated", stoppedReason: words, stopRequestedBy: words, mainContainer: words })),
        explainLaunchError({ awsCode: words, awsMessage: words }),
        explainLaunchError({ awsCode: "ClientException", awsMessage: words }),
      ]) {
        const kept = cause?.awsWords.join("\n") ?? "";
        expect(kept).toContain(words.slice(0, 16_384));
        expect(kept.length).toBeLessThan(33_500);
        expect(cause?.nextStep).not.toBe("");
        expect(cause?.headline.length).toBeLessThan(300);
        for (const line of [cause?.headline ?? "", ...(cause?.evidence ?? [])]) {
          expect(line.length).toBeLessThan(400);
          expect(line).not.toMatch(/\p{Cc}|\u202e/u);
          expect(line.isWellFormed()).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("the log's last lines tell what the exit code cannot", () => {
  const refined = (exitCode: number, ...lines: string[]) => {
    const cause = explainStop(ended(exitCode));
    return (
      cause &&
      refineByLog(
        cause,
        lines.map((text) => ({ text })),
      )
    );
  };
  expect(refined(255, "exec /app/run: exec format error")?.kind).toBe("image-architecture");
  expect(refined(134, "", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory")?.kind).toBe(
    "heap-exhausted",
  );
  expect(refined(1, 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space')?.evidence.at(-1)).toContain(
    "The log says: Exception",
  );
  expect(refined(1, "all is well", "x".repeat(100_000))?.kind).toBe("exit-code");
  expect(refined(139, "exec format error")?.kind).toBe("segmentation-fault");
});
