import type { Secret } from "@aws-sdk/client-ecs";
import type { GetSecretValueCommandOutput } from "@aws-sdk/client-secrets-manager";
import type { GetParametersCommandOutput } from "@aws-sdk/client-ssm";
import { AwsError, type Region, type World } from "../service";

const failed = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ";
const fromSecretsManager = `${failed}unable to retrieve secret from asm: service call has been retried 1 time(s): `;
const fromParameterStore = `${failed}unable to retrieve secrets from ssm: service call has been retried 1 time(s): `;

/** A task that cannot be given its secrets stops with this reason. */
export class SecretsUnavailable extends Error {}

/**
 * The values of a container's secrets, by the name of the variable; asked for as the container agent does, once at the start.
 * Throws SecretsUnavailable with AWS's words for the stopped reason.
 */
export async function resolveSecrets(world: World, region: Region, secrets: Secret[]): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name = "", valueFrom = "" } of secrets) {
    values[name] = valueFrom.includes(":secretsmanager:")
      ? await secretValue(world, region, valueFrom)
      : await parameterValue(world, region, valueFrom);
  }
  return values;
}

/** `arn:aws:secretsmanager:region:account:secret:name-AbCdEf:json-key:version-stage:version-id`; empty parts mean nothing asked. */
async function secretValue(world: World, region: Region, valueFrom: string): Promise<string> {
  const parts = valueFrom.split(":");
  const arn = parts.slice(0, 7).join(":");
  const [key = "", stage = "", version = ""] = parts.slice(7);
  let answer: GetSecretValueCommandOutput;
  try {
    answer = await world.invoke<GetSecretValueCommandOutput>(parts[3] || region.name, "secrets", "GetSecretValue", {
      SecretId: arn,
      ...(stage !== "" && { VersionStage: stage }),
      ...(version !== "" && { VersionId: version }),
    });
  } catch (error) {
    throw new SecretsUnavailable(`${fromSecretsManager}failed to fetch secret ${arn} from secrets manager: ${wordsOf(error)}`);
  }
  const text = answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString("utf8");
  return key === "" ? text : memberOf(text, key);
}

function memberOf(text: string, key: string): string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    const first = text.trim().charAt(0);
    throw new SecretsUnavailable(`${fromSecretsManager}invalid character '${first}' looking for beginning of value`);
  }
  if (typeof content !== "object" || content === null || !Object.hasOwn(content, key)) {
    throw new SecretsUnavailable(`${fromSecretsManager}retrieved secret from Secrets Manager did not contain json key ${key}`);
  }
  const value = (content as Record<string, unknown>)[key];
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function parameterValue(world: World, region: Region, valueFrom: string): Promise<string> {
  const regionName = valueFrom.startsWith("arn:") ? (valueFrom.split(":")[3] ?? region.name) : region.name;
  let answer: GetParametersCommandOutput;
  try {
    answer = await world.invoke<GetParametersCommandOutput>(regionName, "ssm", "GetParameters", {
      Names: [valueFrom],
      WithDecryption: true,
    });
  } catch (error) {
    throw new SecretsUnavailable(`${fromParameterStore}${wordsOf(error)}`);
  }
  const value = answer.Parameters?.[0]?.Value;
  if (value === undefined) throw new SecretsUnavailable(`${fromParameterStore}invalid ssm parameters: ${valueFrom}`);
  return value;
}

function wordsOf(error: unknown): string {
  return error instanceof AwsError ? `${error.code}: ${error.message}` : String(error);
}
