import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";

let sandbox: RunningSandbox;
let client: SecretsManagerClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "belfry-secrets-"));
  sandbox = await startSandbox({ port: 0, dataFolder: folder });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new SecretsManagerClient({ endpoint: sandbox.endpoint, region: "eu-central-1", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => sandboxControl(sandbox.endpoint).reset());

const create = (Name: string, SecretString?: string) => client.send(new CreateSecretCommand({ Name, SecretString }));
const valueIn = async (SecretId: string, more: { VersionStage?: string; VersionId?: string } = {}) =>
  (await client.send(new GetSecretValueCommand({ SecretId, ...more }))).SecretString;

test("a secret is found by name, by ARN, and by the ARN without its six characters", async () => {
  const { ARN = "", VersionId } = await create("belfry/database", "one");
  expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-central-1:123456789012:secret:belfry\/database-[A-Za-z0-9]{6}$/);
  for (const id of ["belfry/database", ARN, ARN.slice(0, -7)]) expect(await valueIn(id)).toBe("one");
  expect(await client.send(new DescribeSecretCommand({ SecretId: ARN }))).toMatchObject({
    ARN,
    Name: "belfry/database",
    VersionIdsToStages: { [VersionId as string]: ["AWSCURRENT"] },
  });
});

test("a new value is current and the one before stays as previous", async () => {
  await create("key", "one");
  const second = await client.send(new PutSecretValueCommand({ SecretId: "key", SecretString: "two" }));
  await client.send(new UpdateSecretCommand({ SecretId: "key", SecretString: "three", Description: "new" }));
  expect(await valueIn("key")).toBe("three");
  expect(await valueIn("key", { VersionStage: "AWSPREVIOUS" })).toBe("two");
  expect(await valueIn("key", { VersionId: second.VersionId })).toBe("two");
  const { VersionIdsToStages, Description } = await client.send(new DescribeSecretCommand({ SecretId: "key" }));
  expect(Object.values(VersionIdsToStages ?? {})).toEqual([["AWSPREVIOUS"], ["AWSCURRENT"]]);
  expect(Description).toBe("new");
});

test("bytes come back as they were", async () => {
  const SecretBinary = new Uint8Array([0, 1, 255]);
  await client.send(new CreateSecretCommand({ Name: "bytes", SecretBinary }));
  const answer = await client.send(new GetSecretValueCommand({ SecretId: "bytes" }));
  expect(Buffer.from(answer.SecretBinary ?? [])).toEqual(Buffer.from(SecretBinary));
});

test("a deleted secret can be restored until its window is over", async () => {
  await create("key", "one");
  await client.send(new DeleteSecretCommand({ SecretId: "key", RecoveryWindowInDays: 7 }));
  await expect(valueIn("key")).rejects.toThrow("marked for deletion");
  await client.send(new RestoreSecretCommand({ SecretId: "key" }));
  expect(await valueIn("key")).toBe("one");
  await client.send(new DeleteSecretCommand({ SecretId: "key", RecoveryWindowInDays: 7 }));
  await sandboxControl(sandbox.endpoint).advanceClock(7 * 86_400 + 1);
  await expect
    .poll(() =>
      create("key", "new").then(
        ({ Name }) => Name,
        () => "refused",
      ),
    )
    .toBe("key");
});

test("secrets are listed in pages, by filters, without those that are to be deleted", async () => {
  for (const name of ["app/a", "app/b", "app/c", "other", "app/gone"]) await create(name, "x");
  await client.send(new DeleteSecretCommand({ SecretId: "app/gone" }));
  const list = (more: object) => client.send(new ListSecretsCommand({ Filters: [{ Key: "name", Values: ["app/"] }], ...more }));
  const first = await list({ MaxResults: 2, SortOrder: "desc", SortBy: "name" });
  const second = await list({ MaxResults: 2, SortOrder: "desc", SortBy: "name", NextToken: first.NextToken });
  expect([...(first.SecretList ?? []), ...(second.SecretList ?? [])].map(({ Name }) => Name)).toEqual(["app/c", "app/b", "app/a"]);
  expect(second.NextToken).toBeUndefined();
  const others = await client.send(new ListSecretsCommand({ Filters: [{ Key: "name", Values: ["!app/"] }] }));
  expect(others.SecretList?.map(({ Name }) => Name)).toEqual(["other"]);
});

const notFound = "Secrets Manager can't find the specified secret.";
const refused: [string, () => Promise<unknown>, { name: string; message: string }][] = [
  ["an unknown secret", () => valueIn("none"), { name: "ResourceNotFoundException", message: notFound }],
  [
    "a stage that nothing has",
    async () => {
      await create("key", "one");
      return valueIn("key", { VersionStage: "AWSPREVIOUS" });
    },
    {
      name: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
    },
  ],
  [
    "a secret without a value",
    async () => {
      await create("empty");
      return valueIn("empty");
    },
    { name: "ResourceNotFoundException", message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT" },
  ],
  [
    "a name twice",
    async () => {
      await create("key", "one");
      return create("key", "two");
    },
    { name: "ResourceExistsException", message: "The operation failed because the secret key already exists." },
  ],
  [
    "a name that waits for its deletion",
    async () => {
      await create("key", "one");
      await client.send(new DeleteSecretCommand({ SecretId: "key" }));
      return create("key", "two");
    },
    {
      name: "InvalidRequestException",
      message: "You can't create this secret because a secret with this name is already scheduled for deletion.",
    },
  ],
  [
    "a change of a deleted secret",
    async () => {
      await create("key", "one");
      await client.send(new DeleteSecretCommand({ SecretId: "key" }));
      return client.send(new PutSecretValueCommand({ SecretId: "key", SecretString: "two" }));
    },
    {
      name: "InvalidRequestException",
      message: "You can't perform this operation on the secret because it was marked for deletion.",
    },
  ],
  [
    "a name with a blank",
    () => create("my key", "one"),
    {
      name: "ValidationException",
      message: "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
    },
  ],
];

test.each(refused)("refused as by AWS: %s", async (_, call, wanted) => {
  await expect(call()).rejects.toMatchObject({ ...wanted, $metadata: { httpStatusCode: 400 } });
});
