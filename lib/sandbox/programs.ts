import type { TaskStopCode } from "@aws-sdk/client-ecs";

/**
 * What a command cannot cause by itself has an image name. A task whose container has one of these images ends as AWS words
 * it; every other image name runs the container's command as a process. Tags and digests do not matter.
 */
export type Program =
  /** RunTask answers this error: no task comes to be. */
  | { kind: "refused"; code: string; message: string }
  /** RunTask answers 200 with `failures` and no task. */
  | { kind: "not-placed"; reason: string }
  /** The task is made and stops before its container starts. `onContainer`: the container repeats the reason. */
  | { kind: "no-start"; before: "network" | "resources" | "pull"; reason: (image: string) => string; onContainer: boolean }
  /** The pull takes so much longer; then the command runs. */
  | { kind: "slow-pull"; extraMs: number }
  /** The container starts, writes this line and is gone. */
  | { kind: "ends-at-once"; line: (program: string) => string; exitCode: number | null }
  /** The command runs (if there is one) and is killed for its memory as it ends, or after a while. */
  | { kind: "out-of-memory"; afterMs: number }
  /** The command runs until AWS takes the task away: a warning, SIGTERM, after the stop timeout SIGKILL. */
  | { kind: "taken"; stopCode: TaskStopCode; stoppedReason: string; afterMs: number };

export const maintenanceReason = "ECS is performing maintenance on the underlying infrastructure hosting the task";
export const outOfMemoryReason = "OutOfMemoryError: Container killed due to memory usage";

const pullFailed = (text: (image: string) => string): Program => ({
  kind: "no-start",
  before: "pull",
  reason: (image) => `CannotPullContainerError: ${text(image)}`,
  onContainer: true,
});
const notResolved = (image: string) => `pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: `;

const noStart = (before: "network" | "resources", reason: string): Program => ({
  kind: "no-start",
  before,
  reason: () => reason,
  onContainer: false,
});
const resourcesFailed = (reason: string) => noStart("resources", `ResourceInitializationError: ${reason}`);
const secretsFailed = (reason: string) =>
  resourcesFailed(`unable to pull secrets or registry auth: execution resource retrieval failed: ${reason}`);
/** As AWS words a right that is missing: the session of a role, the action, the thing. */
const notAllowed = (role: string, action: string, resource: string) =>
  `User: arn:aws:sts::123456789012:assumed-role/${role}/0123456789abcdef is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
const refused = (code: string, message: string): Program => ({ kind: "refused", code, message });
const executionRole = "belfry-execution";
const schedulerRole = "belfry-scheduler";
const secretArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sandbox/password-AbCdEf";

/** The image names and what each does. */
export const programs: Readonly<Record<string, Program>> = {
  "sandbox/no-such-image": pullFailed((image) => `${notResolved(image)}${image}: not found`),
  "sandbox/image-not-allowed": pullFailed(
    (image) =>
      `${notResolved(image)}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
  ),
  "sandbox/image-unreachable": pullFailed(
    (image) =>
      `pull image manifest has been retried 5 time(s): failed to resolve ref ${image}: failed to do request: Head "https://registry-1.docker.io/v2/sandbox/image-unreachable/manifests/latest": dial tcp 192.0.2.10:443: i/o timeout`,
  ),
  "sandbox/image-rate-limited": pullFailed(
    () =>
      "pull image manifest has been retried 1 time(s): httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/sandbox/image-rate-limited/manifests/latest: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit",
  ),
  "sandbox/disk-full": pullFailed(
    () =>
      "ref pull has been retried 1 time(s): failed to extract layer sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef: write /usr/lib/data.bin: no space left on device: unknown",
  ),
  "sandbox/pull-failed": pullFailed(
    () =>
      "ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/sandbox/pull-failed/blobs/sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef: 500 Internal Server Error",
  ),
  "sandbox/no-such-platform": pullFailed(() => "image Manifest does not contain descriptor matching platform 'linux/amd64'"),
  "sandbox/wrong-architecture": { kind: "ends-at-once", line: (program) => `exec ${program}: exec format error`, exitCode: 255 },
  "sandbox/out-of-memory": { kind: "out-of-memory", afterMs: 5_000 },
  "sandbox/spot-taken": { kind: "taken", stopCode: "SpotInterruption", stoppedReason: "Your Spot Task was interrupted.", afterMs: 3_000 },
  "sandbox/maintenance": { kind: "taken", stopCode: "TerminationNotice", stoppedReason: maintenanceReason, afterMs: 3_000 },
  "sandbox/slow-pull": { kind: "slow-pull", extraMs: 20_000 },
  "sandbox/health-check": {
    kind: "taken",
    stopCode: "EssentialContainerExited",
    stoppedReason: "Task failed container health checks",
    afterMs: 3_000,
  },
  "sandbox/stopped-by-service": {
    kind: "taken",
    stopCode: "ServiceSchedulerInitiated",
    stoppedReason: "Scaling activity initiated by (deployment ecs-svc/1234567890123456789)",
    afterMs: 3_000,
  },
  "sandbox/without-a-word": { kind: "ends-at-once", line: () => "The sandbox tells no exit code of this one.", exitCode: null },

  "sandbox/no-capacity": refused(
    "ClientException",
    "Capacity is unavailable at this time. Please try again later or in a different availability zone",
  ),
  "sandbox/quota-reached": refused("ClientException", "You’ve reached the limit on the number of vCPUs you can run concurrently"),
  "sandbox/throttled": refused("ThrottlingException", "Rate exceeded"),
  "sandbox/pass-role-refused": refused(
    "AccessDeniedException",
    notAllowed(schedulerRole, "iam:PassRole", `arn:aws:iam::123456789012:role/${executionRole}`),
  ),
  "sandbox/start-not-allowed": refused(
    "AccessDeniedException",
    notAllowed(schedulerRole, "ecs:RunTask", "arn:aws:ecs:us-east-1:123456789012:task-definition/belfry-sandbox-sandbox:1"),
  ),
  "sandbox/tagging-refused": refused(
    "AccessDeniedException",
    notAllowed(schedulerRole, "ecs:TagResource", "arn:aws:ecs:us-east-1:123456789012:task/sandbox/*"),
  ),
  "sandbox/account-blocked": refused("BlockedException", "Your AWS account was blocked. For more information, contact AWS Support."),
  "sandbox/unknown-refusal": refused("ClientException", "The moon is full."),
  "sandbox/placement-failure": { kind: "not-placed", reason: "RESOURCE:ENI" },

  "sandbox/no-network-interface": noStart("network", "Timeout waiting for network interface provisioning to complete."),
  "sandbox/subnet-full": noStart(
    "network",
    "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet 'subnet-11111111': InsufficientFreeAddressesInSubnet",
  ),
  "sandbox/no-disk": noStart("network", "Timeout waiting for EphemeralStorage provisioning to complete."),
  "sandbox/network-timeout": secretsFailed(
    'unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.us-east-1.amazonaws.com/": dial tcp 192.0.2.10:443: i/o timeout. Please check your task network configuration.',
  ),
  "sandbox/registry-not-allowed": secretsFailed(
    `unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: ${notAllowed(executionRole, "ecr:GetAuthorizationToken", "*")}`,
  ),
  "sandbox/secret-not-allowed": secretsFailed(
    `unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${secretArn} from secrets manager: AccessDeniedException: ${notAllowed(executionRole, "secretsmanager:GetSecretValue", secretArn)}`,
  ),
  "sandbox/parameter-not-allowed": secretsFailed(
    `unable to retrieve secrets from ssm: service call has been retried 1 time(s): AccessDeniedException: ${notAllowed(executionRole, "ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/sandbox/password")}`,
  ),
  "sandbox/secret-unreachable": secretsFailed(
    `unable to retrieve secret from asm: service call has been retried 5 time(s): failed to fetch secret ${secretArn} from secrets manager: RequestCanceled: request context canceled caused by: context deadline exceeded. Please check your task network configuration.`,
  ),
  "sandbox/log-not-allowed": resourcesFailed(
    `failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: AccessDeniedException: ${notAllowed(executionRole, "logs:CreateLogStream", "arn:aws:logs:us-east-1:123456789012:log-group:/belfry/sandbox:log-stream:*")} : exit status 1`,
  ),
  "sandbox/log-unreachable": resourcesFailed("failed to validate logger args: : signal: killed"),
  "sandbox/log-driver-failed": resourcesFailed("failed to validate logger args: unknown log opt: exit status 1"),
  "sandbox/resources-failed": resourcesFailed("The moon is full."),
  "sandbox/not-for-fargate": noStart("network", "The selected task definition is not compatible with the selected compute strategy."),
  "sandbox/container-not-started": {
    kind: "no-start",
    before: "pull",
    reason: () =>
      "CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: container init was OOM-killed (memory limit too low?): unknown",
    onContainer: true,
  },
  "sandbox/internal-error": noStart(
    "resources",
    "InternalError: The task could not be started because of an unexpected internal error. Please try again.",
  ),
  "sandbox/never-heard-of": noStart("resources", "The moon is full."),
};

/** The program of an image, whatever its tag or digest; null for an image that runs its command. */
export function programOf(image: string): Program | null {
  const name = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return Object.hasOwn(programs, name) ? (programs[name] ?? null) : null;
}
