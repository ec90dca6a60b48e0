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
  | { kind: "ends-at-once"; line: (program: string) => string; exitCode: number }
  /** The command runs (if there is one) and is killed for its memory as it ends, or after a while. */
  | { kind: "out-of-memory"; afterMs: number }
  /** The command runs until AWS takes the task away: a warning, SIGTERM, after the stop timeout SIGKILL. */
  | { kind: "taken"; stopCode: "SpotInterruption" | "TerminationNotice"; stoppedReason: string; afterMs: number };

export const maintenanceReason = "ECS is performing maintenance on the underlying infrastructure hosting the task";
export const outOfMemoryReason = "OutOfMemoryError: Container killed due to memory usage";

const pullFailed = (text: (image: string) => string): Program => ({
  kind: "no-start",
  before: "pull",
  reason: (image) => `CannotPullContainerError: ${text(image)}`,
  onContainer: true,
});
const notResolved = (image: string) => `pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: `;

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
  "sandbox/wrong-architecture": { kind: "ends-at-once", line: (program) => `exec ${program}: exec format error`, exitCode: 255 },
  "sandbox/out-of-memory": { kind: "out-of-memory", afterMs: 5_000 },
  "sandbox/spot-taken": { kind: "taken", stopCode: "SpotInterruption", stoppedReason: "Your Spot Task was interrupted.", afterMs: 3_000 },
  "sandbox/maintenance": { kind: "taken", stopCode: "TerminationNotice", stoppedReason: maintenanceReason, afterMs: 3_000 },
  "sandbox/slow-pull": { kind: "slow-pull", extraMs: 20_000 },
  "sandbox/no-capacity": {
    kind: "refused",
    code: "ClientException",
    message: "Capacity is unavailable at this time. Please try again later or in a different availability zone",
  },
  "sandbox/placement-failure": { kind: "not-placed", reason: "RESOURCE:ENI" },
  "sandbox/no-network-interface": {
    kind: "no-start",
    before: "network",
    reason: () => "Timeout waiting for network interface provisioning to complete.",
    onContainer: false,
  },
  "sandbox/network-timeout": {
    kind: "no-start",
    before: "resources",
    reason: () =>
      'ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.us-east-1.amazonaws.com/": dial tcp 192.0.2.10:443: i/o timeout. Please check your task network configuration.',
    onContainer: false,
  },
  "sandbox/internal-error": {
    kind: "no-start",
    before: "resources",
    reason: () => "InternalError: The task could not be started because of an unexpected internal error. Please try again.",
    onContainer: false,
  },
};

/** The program of an image, whatever its tag or digest; null for an image that runs its command. */
export function programOf(image: string): Program | null {
  const name = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  return Object.hasOwn(programs, name) ? (programs[name] ?? null) : null;
}
