import { randomBytes, randomUUID } from "node:crypto";
import type { Filter, SecretListEntry } from "@aws-sdk/client-secrets-manager";
import type { OperationsOf } from "../operations-of";
import { AwsError, type Call } from "../service";
import type model from "./model.json";
import type { Secret, SecretVersion } from "./state";

const dayMs = 86_400_000;

export const operations: OperationsOf<typeof import("@aws-sdk/client-secrets-manager"), typeof model> = {
  CreateSecret(input, call) {
    const { secrets } = call.region.secrets;
    const name = input.Name ?? "";
    if (!/^[A-Za-z0-9/_+=.@!-]+$/.test(name))
      throw new AwsError(
        "ValidationException",
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
      );
    const value = valueGiven(input);
    const known = secrets.get(name);
    const id = input.ClientRequestToken ?? randomUUID();
    if (known?.deletion)
      throw invalidRequest("You can't create this secret because a secret with this name is already scheduled for deletion.");
    if (known) {
      const version = known.versions.get(id);
      // The same call again, after its answer was lost.
      if (version && value && isSameValue(version, value)) return { ARN: known.arn, Name: name, VersionId: id };
      throw new AwsError("ResourceExistsException", `The operation failed because the secret ${name} already exists.`);
    }
    const secret: Secret = {
      arn: `arn:aws:secretsmanager:${call.region.name}:${call.accountId}:secret:${name}-${sixCharacters()}`,
      name,
      description: input.Description ?? null,
      kmsKeyId: input.KmsKeyId ?? null,
      tags: (input.Tags ?? []).map(({ Key, Value }) => ({ Key: Key ?? "", Value: Value ?? "" })),
      createdAt: call.now,
      changedAt: call.now,
      accessedAt: null,
      deletion: null,
      versions: new Map(),
    };
    secrets.set(name, secret);
    if (value) putVersion(secret, id, value, ["AWSCURRENT"], call.now);
    return { ARN: secret.arn, Name: name, ...(value && { VersionId: id }) };
  },

  GetSecretValue(input, call) {
    const secret = usable(call, input.SecretId);
    const version = versionOf(secret, input);
    secret.accessedAt = startOfDay(call.now);
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      ...(version.text !== null && { SecretString: version.text }),
      ...(version.bytes !== null && { SecretBinary: new Uint8Array(version.bytes) }),
      VersionStages: [...version.stages],
      CreatedDate: version.createdAt,
    };
  },

  DescribeSecret(input, call) {
    const secret = secretOf(call, input.SecretId);
    const { SecretVersionsToStages: VersionIdsToStages, ...entry } = entryOf(secret);
    return { ...entry, ...(VersionIdsToStages && { VersionIdsToStages }) };
  },

  ListSecrets(input, call) {
    const found = [...call.region.secrets.secrets.values()]
      .filter(
        (secret) => (input.IncludePlannedDeletion || !secret.deletion) && (input.Filters ?? []).every((filter) => isWanted(secret, filter)),
      )
      .sort(orderBy(input.SortBy));
    if (input.SortOrder === "desc") found.reverse();
    const start = input.NextToken ? offsetOf(input.NextToken) : 0;
    const end = start + (input.MaxResults ?? 100);
    return {
      SecretList: found.slice(start, end).map(entryOf),
      ...(end < found.length && { NextToken: Buffer.from(`secrets ${end}`).toString("base64") }),
    };
  },

  PutSecretValue(input, call) {
    const secret = usable(call, input.SecretId);
    const value = valueGiven(input);
    if (!value) throw invalidRequest("You must provide either SecretString or SecretBinary.");
    const id = input.ClientRequestToken ?? randomUUID();
    const stages = input.VersionStages ?? ["AWSCURRENT"];
    putVersion(secret, id, value, stages, call.now);
    return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages: stages };
  },

  UpdateSecret(input, call) {
    const secret = usable(call, input.SecretId);
    const value = valueGiven(input);
    if (input.Description !== undefined) secret.description = input.Description;
    if (input.KmsKeyId !== undefined) secret.kmsKeyId = input.KmsKeyId;
    secret.changedAt = call.now;
    if (!value) return { ARN: secret.arn, Name: secret.name };
    const id = input.ClientRequestToken ?? randomUUID();
    putVersion(secret, id, value, ["AWSCURRENT"], call.now);
    return { ARN: secret.arn, Name: secret.name, VersionId: id };
  },

  DeleteSecret(input, call) {
    const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
    if (force && days !== undefined)
      throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
    if (days !== undefined && (days < 7 || days > 30))
      throw invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
    const secret = force ? secretOf(call, input.SecretId) : usable(call, input.SecretId);
    const goneAt = force ? call.now : new Date(call.now.getTime() + (days ?? 30) * dayMs);
    if (force) call.region.secrets.secrets.delete(secret.name);
    else secret.deletion = { markedAt: call.now, goneAt };
    return { ARN: secret.arn, Name: secret.name, DeletionDate: goneAt };
  },

  RestoreSecret(input, call) {
    const secret = secretOf(call, input.SecretId);
    secret.deletion = null;
    return { ARN: secret.arn, Name: secret.name };
  },
};

const invalidRequest = (message: string) => new AwsError("InvalidRequestException", message);
const invalidParameter = (message: string) => new AwsError("InvalidParameterException", message);
const notFound = (rest: string) => new AwsError("ResourceNotFoundException", `Secrets Manager can't find the specified secret${rest}`);

/** The end that Secrets Manager puts behind a name, so that a secret made again is another one. */
const sixCharacters = () =>
  randomBytes(64)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 6);

/** By name, by ARN, or by the ARN without its six characters. */
function secretOf(call: Call, idOrArn: string | undefined): Secret {
  const { secrets } = call.region.secrets;
  const given = idOrArn ?? "";
  const found = given.startsWith("arn:")
    ? [...secrets.values()].find(({ arn }) => arn === given || arn.slice(0, -7) === given)
    : secrets.get(given);
  if (!found) throw notFound(".");
  return found;
}

function usable(call: Call, idOrArn: string | undefined): Secret {
  const secret = secretOf(call, idOrArn);
  if (secret.deletion) throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
  return secret;
}

type Value = Pick<SecretVersion, "text" | "bytes">;

function valueGiven({ SecretString, SecretBinary }: { SecretString?: string; SecretBinary?: Uint8Array }): Value | null {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.");
  if (SecretString === undefined && SecretBinary === undefined) return null;
  return { text: SecretString ?? null, bytes: SecretBinary ? Buffer.from(SecretBinary) : null };
}

const isSameValue = (left: Value, right: Value) =>
  left.text === right.text && (left.bytes === right.bytes || (left.bytes && right.bytes && left.bytes.equals(right.bytes)) === true);

/** Adds a version and moves its stages to it; what was AWSCURRENT becomes AWSPREVIOUS, and a version without a stage is forgotten. */
function putVersion(secret: Secret, id: string, value: Value, stages: string[], now: Date): void {
  const known = secret.versions.get(id);
  if (known && !isSameValue(known, value))
    throw new AwsError(
      "ResourceExistsException",
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  if (known) return;
  const current = withStage(secret, "AWSCURRENT");
  if (stages.includes("AWSCURRENT") && current) {
    for (const version of secret.versions.values()) version.stages.delete("AWSPREVIOUS");
    current.stages.add("AWSPREVIOUS");
  }
  for (const version of secret.versions.values()) for (const stage of stages) version.stages.delete(stage);
  secret.versions.set(id, { id, ...value, stages: new Set(stages), createdAt: now });
  for (const version of secret.versions.values()) if (version.stages.size === 0) secret.versions.delete(version.id);
  secret.changedAt = now;
}

const withStage = (secret: Secret, stage: string) => [...secret.versions.values()].find(({ stages }) => stages.has(stage));

function versionOf(secret: Secret, { VersionId, VersionStage }: { VersionId?: string; VersionStage?: string }): SecretVersion {
  if (VersionId === undefined) {
    const stage = VersionStage ?? "AWSCURRENT";
    const found = withStage(secret, stage);
    if (!found) throw notFound(` value for staging label: ${stage}`);
    return found;
  }
  const found = secret.versions.get(VersionId);
  if (!found) throw notFound(` value for VersionId: ${VersionId}`);
  if (VersionStage !== undefined && !found.stages.has(VersionStage))
    throw invalidRequest("You provided a VersionStage that is not associated to the provided VersionId.");
  return found;
}

function entryOf(secret: Secret): SecretListEntry {
  const staged = [...secret.versions.values()].map(({ id, stages }): [string, string[]] => [id, [...stages]]);
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description !== null && { Description: secret.description }),
    ...(secret.kmsKeyId !== null && { KmsKeyId: secret.kmsKeyId }),
    LastChangedDate: secret.changedAt,
    ...(secret.accessedAt && { LastAccessedDate: secret.accessedAt }),
    ...(secret.deletion && { DeletedDate: secret.deletion.markedAt }),
    ...(secret.tags.length > 0 && { Tags: secret.tags }),
    ...(staged.length > 0 && { SecretVersionsToStages: Object.fromEntries(staged) }),
    CreatedDate: secret.createdAt,
  };
}

/** Values of one filter are alternatives; one that begins with ! must not fit. Names and tags are compared from their start. */
function isWanted(secret: Secret, { Key, Values = [] }: Filter): boolean {
  const texts: Record<string, string[]> = {
    name: [secret.name],
    description: [secret.description ?? ""],
    "tag-key": secret.tags.map((tag) => tag.Key),
    "tag-value": secret.tags.map((tag) => tag.Value),
  };
  const fits = (value: string) => {
    if (Key === "all")
      return Object.values(texts)
        .flat()
        .some((text) => text.toLowerCase().includes(value.toLowerCase()));
    if (Key === "description") return (secret.description ?? "").toLowerCase().includes(value.toLowerCase());
    return (texts[Key ?? ""] ?? []).some((text) => text.startsWith(value));
  };
  return Values.some((value) => (value.startsWith("!") ? !fits(value.slice(1)) : fits(value)));
}

function orderBy(key: string | undefined): (left: Secret, right: Secret) => number {
  if (key === "name") return (left, right) => (left.name < right.name ? -1 : 1);
  const momentOf = (secret: Secret) =>
    (key === "last-changed-date"
      ? secret.changedAt
      : key === "last-accessed-date"
        ? (secret.accessedAt ?? secret.createdAt)
        : secret.createdAt
    ).getTime();
  return (left, right) => momentOf(left) - momentOf(right);
}

function offsetOf(token: string): number {
  const [, offset] = /^secrets (\d+)$/.exec(Buffer.from(token, "base64").toString("utf8")) ?? [];
  if (offset === undefined) throw new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
  return Number(offset);
}

const startOfDay = (at: Date) => new Date(at.toISOString().slice(0, 10));
