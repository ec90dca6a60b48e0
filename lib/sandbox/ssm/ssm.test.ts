import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  type ParameterType,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";

let sandbox: RunningSandbox;
let client: SSMClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "belfry-ssm-"));
  sandbox = await startSandbox({ port: 0, dataFolder: folder });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new SSMClient({ endpoint: sandbox.endpoint, region: "eu-central-1", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => sandboxControl(sandbox.endpoint).reset());

const put = (Name: string, Value: string, Type: ParameterType = "String", Overwrite?: boolean) =>
  client.send(new PutParameterCommand({ Name, Value, Type, Overwrite }));
const get = async (Name: string, WithDecryption?: boolean) =>
  (await client.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;

test("a parameter is found by name and by ARN, and answers its name", async () => {
  await put("/belfry/key", "one");
  await put("plain", "two", "StringList");
  const arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/belfry/key";
  expect(await get(arn)).toMatchObject({ Name: "/belfry/key", ARN: arn, Value: "one", Version: 1, Type: "String", DataType: "text" });
  expect((await get("plain"))?.ARN).toBe("arn:aws:ssm:eu-central-1:123456789012:parameter/plain");
  const many = await client.send(new GetParametersCommand({ Names: [arn, "plain", "none"] }));
  expect(many.Parameters?.map(({ Name }) => Name)).toEqual(["/belfry/key", "plain"]);
  expect(many.InvalidParameters).toEqual(["none"]);
});

test("a SecureString shows its value only when decryption is asked for", async () => {
  await put("password", "open sesame", "SecureString");
  expect((await get("password"))?.Value).not.toContain("sesame");
  expect((await get("password", true))?.Value).toBe("open sesame");
});

test("overwriting makes a version, and an older one can still be read", async () => {
  await put("key", "one");
  expect((await put("key", "two", "String", true)).Version).toBe(2);
  expect((await get("key"))?.Value).toBe("two");
  expect(await get("key:1")).toMatchObject({ Value: "one", Selector: ":1" });
});

test("parameters below a path come in pages, with or without deeper ones", async () => {
  for (const name of ["/app/a", "/app/b", "/app/deep/c", "/application"]) await put(name, "x");
  const names = async (more: object) =>
    (await client.send(new GetParametersByPathCommand({ Path: "/app", ...more }))).Parameters?.map(({ Name }) => Name);
  expect(await names({})).toEqual(["/app/a", "/app/b"]);
  expect(await names({ Recursive: true })).toEqual(["/app/a", "/app/b", "/app/deep/c"]);
  const first = await client.send(new GetParametersByPathCommand({ Path: "/app/", Recursive: true, MaxResults: 2 }));
  expect(await names({ Recursive: true, MaxResults: 2, NextToken: first.NextToken })).toEqual(["/app/deep/c"]);
});

test("parameters are described without their values", async () => {
  await put("/app/a", "x", "SecureString");
  await put("/app/b", "y");
  const { Parameters } = await client.send(
    new DescribeParametersCommand({ ParameterFilters: [{ Key: "Type", Values: ["SecureString"] }] }),
  );
  expect(Parameters).toEqual([
    expect.objectContaining({
      Name: "/app/a",
      ARN: "arn:aws:ssm:eu-central-1:123456789012:parameter/app/a",
      KeyId: "alias/aws/ssm",
      Tier: "Standard",
    }),
  ]);
  expect(Parameters?.[0]).not.toHaveProperty("Value");
});

test("deleted parameters are gone", async () => {
  await put("a", "x");
  await put("b", "x");
  await client.send(new DeleteParameterCommand({ Name: "a" }));
  const many = await client.send(new DeleteParametersCommand({ Names: ["a", "b"] }));
  expect([many.DeletedParameters, many.InvalidParameters]).toEqual([["b"], ["a"]]);
});

const refused: [string, () => Promise<unknown>, { name: string; message?: string }][] = [
  ["an unknown parameter", () => get("none"), { name: "ParameterNotFound" }],
  ["deleting an unknown parameter", () => client.send(new DeleteParameterCommand({ Name: "none" })), { name: "ParameterNotFound" }],
  [
    "a name twice",
    async () => {
      await put("key", "one");
      return put("key", "two");
    },
    {
      name: "ParameterAlreadyExists",
      message: "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
    },
  ],
  [
    "an unknown version",
    async () => {
      await put("key", "one");
      return get("key:9");
    },
    {
      name: "ParameterVersionNotFound",
      message: "Systems Manager could not find version 9 of key. Verify the version and try again.",
    },
  ],
  [
    "a new parameter without a type",
    () => client.send(new PutParameterCommand({ Name: "key", Value: "x" })),
    { name: "ValidationException", message: "A parameter type is required when you create a parameter." },
  ],
  [
    "AWS's own names",
    () => put("aws-key", "x"),
    { name: "AccessDeniedException", message: "No access to reserved parameter name: aws-key." },
  ],
  ["a value of 4,097 characters", () => put("key", "x".repeat(4097)), { name: "ValidationException" }],
  [
    "a path that does not begin with /",
    () => client.send(new GetParametersByPathCommand({ Path: "app" })),
    { name: "ValidationException" },
  ],
];

test.each(refused)("refused as by AWS: %s", async (_, call, wanted) => {
  await expect(call()).rejects.toMatchObject({ ...wanted, $metadata: { httpStatusCode: 400 } });
});
