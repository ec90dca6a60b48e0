import { type Ground, sandboxKeys } from "./ground";
import { Sentence } from "./sentence";

/** Each of these says that an AWS of one's own is meant. */
const meansAnother =
  /^AWS_(ENDPOINT_URL(_[A-Z_]+)?|PROFILE|ACCESS_KEY_ID|WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_(RELATIVE|FULL)_URI)$/;

const needed = [
  "BELFRY_CLUSTER_ARN",
  "BELFRY_SCHEDULER_ROLE_ARN",
  "BELFRY_EXECUTION_ROLE_ARN",
  "BELFRY_SUBNETS",
  "BELFRY_SECURITY_GROUPS",
  "BELFRY_EVENT_QUEUE_URL",
  "BELFRY_DEAD_LETTER_QUEUE_URL",
  "BELFRY_DEAD_LETTER_QUEUE_ARN",
  "BELFRY_LOG_GROUP",
];

type Variables = Record<string, string | undefined>;

/**
 * The variable that makes Belfry use another AWS than the sandbox; null for the sandbox.
 * Throws a Sentence that names the settings which are missing then.
 */
export function anotherAws(variables: Variables): string | null {
  const reason = Object.keys(variables)
    .sort()
    .find((name) => meansAnother.test(name) && variables[name]);
  if (!reason) return null;
  const missing = needed.filter((name) => !variables[name]);
  if (missing.length > 0)
    throw new Sentence(
      `${reason} is set, so Belfry would use that AWS instead of the sandbox, but these settings are missing: ${missing.join(", ")}. Give them (the CDK app in infra/ makes all of it), or unset ${reason} to use the sandbox.`,
    );
  return reason;
}

/** The SDK's own variables for the sandbox, and none that this machine may have for others. */
export function sandboxVariables(variables: Variables, sandbox: { endpoint: string; region: string }, ground: Ground): Variables {
  const others = Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(AWS|BELFRY)_/.test(name) || isOwnSetting(name)));
  return {
    ...others,
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: sandbox.region,
    ...sandboxKeys,
    AWS_EC2_METADATA_DISABLED: "true",
    // Profiles of this machine, with their regions and endpoints, are not meant.
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    ...ground,
  };
}

const isOwnSetting = (name: string) => ["BELFRY_LOG_LEVEL", "BELFRY_FIRST_ADMIN_EMAIL", "BELFRY_HISTORY_DAYS"].includes(name);
