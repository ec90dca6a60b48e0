import type { CauseKind } from "./run";

/** One line of AWS's reasons: what its words contain (every pattern), and what that means. */
export type WordedCause = { says: RegExp[]; kind: CauseKind; headline: string; nextStep: string };

const noPath =
  /i\/o timeout|request canceled|context canceled|deadline exceeded|connection issue|dial tcp|no such host|tls handshake|connection refused|timed out/i;
const denied = /access ?denied|not authorized|forbidden|\b403\b/i;
const pull = /CannotPullContainer/i;
const initialization = /ResourceInitializationError/i;
const logDriver = /logger args|logging driver|cloudwatch log/i;
const secretStore = /secretsmanager:|ssm:|kms:/i;
const executable = "Check that the file has the executable bit, and the user that the image runs as.";

/** What a task without a way out needs; the same for registries, secrets and logs. */
export const openNetwork =
  "Give the task a way out: a public IP address, a NAT gateway or VPC endpoints, and port 443 open in its security group.";

/**
 * Why a container did not start, read from the task's stopped reason and the containers' reasons
 * (ECS Developer Guide, "Resolve stopped task errors", and what tasks were seen to say). The first line that fits counts,
 * so the narrow ones stand before the wide ones.
 */
export const startCauses: readonly WordedCause[] = [
  {
    says: [/toomanyrequests|pull rate limit|too many requests/i],
    kind: "image-rate-limited",
    headline: "The image was not pulled: the registry's rate limit is reached",
    nextStep: "Copy the image to ECR, or log in to the registry for pulling.",
  },
  {
    says: [/no space left on device/i],
    kind: "disk",
    headline: "The disk is full",
    nextStep: "Make the image or the scratch data smaller, or give the task more ephemeral storage.",
  },
  {
    says: [/exec format error|descriptor matching platform|no matching manifest/i],
    kind: "image-architecture",
    headline: "The image is built for another CPU",
    nextStep: "Build the image for the architecture of the job (x86-64 unless it says otherwise), or for both.",
  },
  {
    says: [pull, noPath],
    kind: "image-unreachable",
    headline: "The image was not pulled: the registry cannot be reached",
    nextStep: `${openNetwork} If it happened once only, run it again.`,
  },
  {
    says: [
      pull,
      /pull access denied|permissions to pull|no basic auth|authorization failed|access ?denied|not authorized|forbidden|\b40[13]\b/i,
    ],
    kind: "image-not-allowed",
    headline: "The image may not be pulled",
    nextStep:
      "Let the execution role read the ECR repository, or give it the registry's credentials; and check that the repository exists.",
  },
  {
    says: [pull, /not found|failed to resolve ref|manifest unknown|name unknown|does not exist|invalid reference/i],
    kind: "image-not-found",
    headline: "The image was not found",
    nextStep: "Check the repository and the tag, and that the image was pushed to this registry.",
  },
  {
    says: [pull],
    kind: "image-not-pulled",
    headline: "The image could not be pulled",
    nextStep: "Read AWS's own words; if they do not name the image, run it again.",
  },
  {
    says: [logDriver, /log group does not exist|ResourceNotFound/i],
    kind: "log-group-missing",
    headline: "Could not write the log: the log group does not exist",
    nextStep: "Create the log group that the environment names, then run it again.",
  },
  {
    says: [logDriver, denied],
    kind: "log-not-allowed",
    headline: "Could not write the log: the execution role may not",
    nextStep: "Allow logs:CreateLogStream and logs:PutLogEvents to the execution role.",
  },
  {
    says: [logDriver, /signal: killed|connection issue|timeout|timed out|dial tcp|request canceled|deadline exceeded/i],
    kind: "log-unreachable",
    headline: "Could not write the log: CloudWatch Logs cannot be reached",
    nextStep: openNetwork,
  },
  {
    says: [/failed to validate logger args|initialize logging driver/i],
    kind: "log-driver",
    headline: "Could not write the log",
    nextStep: "Read AWS's own words, and check the log group and the execution role.",
  },
  {
    says: [/json key/i],
    kind: "secret-key",
    headline: "A secret has no such JSON key",
    nextStep: "Check the key that stands after the secret's ARN, and the secret's value.",
  },
  {
    // The words of Go's JSON reader, which ECS's agent hands on as they are.
    says: [/secret/i, /invalid character .{1,40} looking for beginning of/i],
    kind: "secret-key",
    headline: "A secret's value is not JSON, though a JSON key of it is asked for",
    nextStep: "Make the secret's value a JSON object, or take the key away after the secret's ARN.",
  },
  {
    says: [/can't find the specified secret/i],
    kind: "secret-not-found",
    headline: "A secret was not found",
    nextStep: "Check the ARN and its region, and that the secret was not deleted.",
  },
  {
    says: [/invalid ssm parameters|ParameterNotFound/i],
    kind: "parameter-not-found",
    headline: "An SSM parameter was not found",
    nextStep: "Check the parameter's name and its region.",
  },
  {
    says: [/ecr:|registry auth from|ecr registry auth/i, denied],
    kind: "image-not-allowed",
    headline: "The image may not be pulled",
    nextStep: "Allow ecr:GetAuthorizationToken and reading of the repository to the execution role.",
  },
  {
    says: [initialization, /ecr:|registry auth from|ecr registry auth/i, noPath],
    kind: "image-unreachable",
    headline: "The image was not pulled: the registry's login cannot be reached",
    nextStep: openNetwork,
  },
  {
    says: [/ResourceInitializationError|access ?denied/i, secretStore, denied],
    kind: "secret-not-allowed",
    headline: "A secret may not be read",
    nextStep: "Allow secretsmanager:GetSecretValue, ssm:GetParameters or kms:Decrypt to the execution role, for the secret that AWS names.",
  },
  {
    says: [initialization, /secret|registry auth|ssm|asm/i, noPath],
    kind: "secret-unreachable",
    headline: "The secrets or the registry's login cannot be reached",
    nextStep: openNetwork,
  },
  {
    says: [/unable to assume (the |this )?role|sts:AssumeRole/i],
    kind: "role-not-assumable",
    headline: "ECS may not take the job's role",
    nextStep: "Let the trust policy of the role that AWS names trust ecs-tasks.amazonaws.com.",
  },
  {
    says: [/ephemeralstorage provisioning/i],
    kind: "disk-timeout",
    headline: "AWS was too slow to provide the disk",
    nextStep: "Run it again: this passes.",
  },
  {
    says: [/network interface provisioning|rate limit exceeded while attempting to create network interface/i],
    kind: "network-interface",
    headline: "AWS was too slow to attach the network card",
    nextStep: "Run it again: this passes. If it comes back, look for free addresses in the subnets.",
  },
  {
    says: [/free addresses|InsufficientFreeAddresses/i],
    kind: "subnet-full",
    headline: "The subnet has no address left for the task",
    nextStep: "Name further or larger subnets in the environment.",
  },
  {
    says: [/create network interface/i],
    kind: "subnet-full",
    headline: "AWS could not make a network card in the subnet: most often it has no address left",
    nextStep: "Name further or larger subnets in the environment.",
  },
  {
    says: [/executable file not found|no such file or directory/i],
    kind: "command-not-found",
    headline: "The command was not found in the image",
    nextStep: "Check the command and the entry point for a typing error, and that the image has the program on its path.",
  },
  {
    says: [/Cannot(Start|Create)Container|ContainerRuntime/i, /permission denied/i],
    kind: "command-not-executable",
    headline: "The command may not be executed",
    nextStep: executable,
  },
  {
    says: [/Cannot(Start|Create|Inspect)Container|CannotCreateVolume|ContainerRuntime/i],
    kind: "container-not-started",
    headline: "The container could not be started",
    nextStep: "Read AWS's own words: a wrong command or entry point is the usual reason, too little memory the second.",
  },
  {
    says: [/not compatible with the selected compute strategy/i],
    kind: "start-refused",
    headline: "The task definition does not fit to Fargate",
    nextStep: "Save the job again, so that Belfry registers its definition for Fargate.",
  },
  {
    says: [/limit on the number of (vCPUs|tasks)/i],
    kind: "quota",
    headline: "The account's Fargate quota is used up",
    nextStep: "Ask AWS for a higher quota of Fargate vCPUs, or spread the jobs over time.",
  },
  {
    says: [/capacity is unavailable|insufficient capacity|RESOURCE:(CPU|MEMORY|ENI)/i],
    kind: "capacity",
    headline: "AWS had no capacity free",
    nextStep: "Run it again later, or name subnets in more availability zones.",
  },
  {
    says: [/failed container health checks/i],
    kind: "health-check",
    headline: "Stopped: its health check failed",
    nextStep: "Remove the health check from the image or the definition: a job shows its health by its exit code.",
  },
  {
    says: [/InternalError|internal server error/i],
    kind: "aws-internal",
    headline: "An error inside AWS",
    nextStep: "Run it again: this passes.",
  },
  {
    says: [initialization],
    kind: "never-started",
    headline: "Never started: AWS could not prepare what it needs",
    nextStep: "Read AWS's own words, and run it again: some of these pass by themselves.",
  },
];
