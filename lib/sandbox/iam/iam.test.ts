import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sandboxControl } from "../control-client";
import { type RunningSandbox, startSandbox } from "../start-server";

const account = "123456789012";
let sandbox: RunningSandbox;
let iam: IAMClient;
let sts: STSClient;
let folder: string;

const clientOptions = () => ({
  endpoint: sandbox.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
});

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandbox-iam-"));
  sandbox = await startSandbox({ port: 0, dataFolder: folder });
  iam = new IAMClient(clientOptions());
  sts = new STSClient(clientOptions());
});

beforeEach(() => sandboxControl(sandbox.endpoint).reset());

afterAll(async () => {
  iam.destroy();
  sts.destroy();
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const trustOf = (Principal: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] });
const taskTrust = trustOf({ Service: "ecs-tasks.amazonaws.com" });
const makeRole = (RoleName: string, AssumeRolePolicyDocument = taskTrust, Path?: string) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Path }));

async function refusal(call: Promise<unknown>): Promise<{ name: string; status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as { name: string; message: string; $metadata: { httpStatusCode: number } };
    return { name, status: $metadata.httpStatusCode, message };
  }
  throw new Error("It was not refused.");
}

test("a role comes back as it was made, its document URL-encoded", async () => {
  const document = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: "*", Action: "sts:*", Sid: "(a) 'b'*" },
  });
  const { Role: made } = await makeRole("jobs", document, "/belfry/");
  expect(made).toMatchObject({ RoleName: "jobs", Path: "/belfry/", Arn: `arn:aws:iam::${account}:role/belfry/jobs` });
  expect(made?.RoleId).toMatch(/^AROA[A-Z0-9]{17}$/);
  expect(made?.CreateDate).toBeInstanceOf(Date);
  expect(made?.AssumeRolePolicyDocument).not.toMatch(/[(){}"'*]/);
  expect(decodeURIComponent(made?.AssumeRolePolicyDocument ?? "")).toBe(document);
  expect(made).not.toHaveProperty("MaxSessionDuration");
  expect(made).not.toHaveProperty("RoleLastUsed");
  const { Role: read } = await iam.send(new GetRoleCommand({ RoleName: "jobs" }));
  expect(read).toMatchObject({ ...made, MaxSessionDuration: 3600 });
});

test("a changed trust is shown", async () => {
  await makeRole("jobs");
  const PolicyDocument = trustOf({ AWS: account });
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "jobs", PolicyDocument }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: "jobs" }));
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).toBe(PolicyDocument);
});

test("policies are put, listed, read and removed; a role that has any cannot be deleted", async () => {
  await makeRole("jobs");
  const managed = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
  const PolicyDocument = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"}]}';
  await iam.send(new PutRolePolicyCommand({ RoleName: "jobs", PolicyName: "run", PolicyDocument }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "jobs", PolicyArn: managed }));
  expect((await iam.send(new ListRolePoliciesCommand({ RoleName: "jobs" }))).PolicyNames).toEqual(["run"]);
  expect((await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "jobs" }))).AttachedPolicies).toEqual([
    { PolicyArn: managed, PolicyName: "AmazonECSTaskExecutionRolePolicy" },
  ]);
  const read = await iam.send(new GetRolePolicyCommand({ RoleName: "jobs", PolicyName: "run" }));
  expect(decodeURIComponent(read.PolicyDocument ?? "")).toBe(PolicyDocument);
  expect(await refusal(iam.send(new DeleteRoleCommand({ RoleName: "jobs" })))).toEqual({
    name: "DeleteConflictException",
    status: 409,
    message: "Cannot delete entity, must remove referenced objects first.",
  });
  await iam.send(new DeleteRolePolicyCommand({ RoleName: "jobs", PolicyName: "run" }));
  await iam.send(new DetachRolePolicyCommand({ RoleName: "jobs", PolicyArn: managed }));
  await iam.send(new DeleteRoleCommand({ RoleName: "jobs" }));
  expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
});

test.each<[string, () => Promise<unknown>, { name: string; status: number; message: string }]>([
  [
    "an unknown role",
    () => iam.send(new GetRoleCommand({ RoleName: "none" })),
    { name: "NoSuchEntityException", status: 404, message: "The role with name none cannot be found." },
  ],
  [
    "an unknown user",
    () => iam.send(new GetUserCommand({ UserName: "none" })),
    { name: "NoSuchEntityException", status: 404, message: "The user with name none cannot be found." },
  ],
  [
    "a role made twice",
    () => makeRole("twice").then(() => makeRole("twice")),
    { name: "EntityAlreadyExistsException", status: 409, message: "Role with name twice already exists." },
  ],
  [
    "a trust that is no JSON",
    () => makeRole("bad", "{"),
    { name: "MalformedPolicyDocumentException", status: 400, message: "This AssumeRole policy contains invalid Json" },
  ],
  [
    "a name that breaks the model",
    () => makeRole("a b"),
    {
      name: "ValidationError",
      status: 400,
      message:
        "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    },
  ],
  [
    "a marker that nobody gave out",
    () => iam.send(new ListRolesCommand({ Marker: "bad" })),
    { name: "ValidationError", status: 400, message: "Invalid Marker provided." },
  ],
  [
    "a policy that does not exist",
    () =>
      makeRole("p").then(() => iam.send(new AttachRolePolicyCommand({ RoleName: "p", PolicyArn: `arn:aws:iam::${account}:policy/own` }))),
    {
      name: "NoSuchEntityException",
      status: 404,
      message: `Policy arn:aws:iam::${account}:policy/own does not exist or is not attachable.`,
    },
  ],
])("%s is refused as AWS refuses it", async (_what, call, answer) => {
  expect(await refusal(call())).toEqual(answer);
});

test("whoever calls with a key of their own is the user sandbox", async () => {
  const { User } = await iam.send(new GetUserCommand({}));
  expect(User).toMatchObject({ UserName: "sandbox", Arn: `arn:aws:iam::${account}:user/sandbox` });
});

test("roles come in pages, by path", async () => {
  for (const name of ["a", "b", "c", "d", "e"]) await makeRole(name, taskTrust, name === "e" ? "/other/" : "/");
  const first = await iam.send(new ListRolesCommand({ MaxItems: 3 }));
  expect(first.IsTruncated).toBe(true);
  const second = await iam.send(new ListRolesCommand({ MaxItems: 3, Marker: first.Marker }));
  expect(second.IsTruncated).toBe(false);
  expect([...(first.Roles ?? []), ...(second.Roles ?? [])].map(({ RoleName }) => RoleName)).toEqual(["a", "b", "c", "d", "e"]);
  expect((await iam.send(new ListRolesCommand({ PathPrefix: "/other/" }))).Roles?.map(({ RoleName }) => RoleName)).toEqual(["e"]);
});

test("a session of a role that trusts the account is known by its key", async () => {
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: account, Arn: `arn:aws:iam::${account}:user/sandbox` });
  await makeRole("works", trustOf({ AWS: `arn:aws:iam::${account}:root` }), "/belfry/");
  const RoleArn = `arn:aws:iam::${account}:role/belfry/works`;
  const { Credentials, AssumedRoleUser } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "round" }));
  expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z0-9]{16}$/);
  expect((Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(3500_000);
  const session = new STSClient({
    ...clientOptions(),
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken,
    },
  });
  expect((await session.send(new GetCallerIdentityCommand({}))).Arn).toBe(AssumedRoleUser?.Arn);
  expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${account}:assumed-role/works/round`);
  session.destroy();
});

test("a role that does not trust the caller is denied", async () => {
  await makeRole("jobs");
  const RoleArn = `arn:aws:iam::${account}:role/jobs`;
  expect(await refusal(sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "x1" })))).toEqual({
    name: "AccessDenied",
    status: 403,
    message: `User: arn:aws:iam::${account}:user/sandbox is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
  });
});
