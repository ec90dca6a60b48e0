import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { DescribeClustersCommand, ECSClient, RegisterTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { CreateRoleCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { CreateScheduleGroupCommand, GetScheduleGroupCommand, ListScheduleGroupsCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type SandboxControl, sandboxControl } from "./control-client";
import { type ServiceName, serviceNames } from "./service";
import { type RunningSandbox, startSandbox } from "./start-server";

const account = "123456789012";
let sandbox: RunningSandbox;
let control: SandboxControl;
let scheduler: SchedulerClient;
let sqs: SQSClient;
let iam: IAMClient;
let ecs: ECSClient;
let folder: string;

async function open(): Promise<void> {
  sandbox = await startSandbox({ port: 0, dataFolder: folder });
  control = sandboxControl(sandbox.endpoint);
  const options = {
    endpoint: sandbox.endpoint,
    region: "eu-west-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  };
  scheduler = new SchedulerClient(options);
  sqs = new SQSClient(options);
  iam = new IAMClient(options);
  ecs = new ECSClient(options);
}

async function shut(): Promise<void> {
  for (const client of [scheduler, sqs, iam, ecs]) client.destroy();
  await sandbox.close();
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sandbox-server-"));
  await open();
});

afterEach(async () => {
  await shut();
  rmSync(folder, { recursive: true, force: true });
  vi.restoreAllMocks();
});

const credential = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20270101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const form = { "content-type": "application/x-www-form-urlencoded" };
const makeGroup = (Name: string) => scheduler.send(new CreateScheduleGroupCommand({ Name }));
const nameOf = (error: unknown) => (error as Error).name;

type Told = { status: number; type?: string; body: string };
async function ask(method: string, where: string, headers: Record<string, string>, body?: string): Promise<Told> {
  const response = await fetch(sandbox.endpoint + where, { method, headers, body });
  expect(response.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  return { status: response.status, type: response.headers.get("content-type") ?? undefined, body: await response.text() };
}

test("an operation that is not there is answered with its name, in the caller's protocol", async () => {
  const target = (name: string) => ({ "x-amz-target": name, "content-type": "application/x-amz-json-1.1" });
  const json = await ask("POST", "/", { ...credential("ecs"), ...target("AmazonEC2ContainerServiceV20141113.CreateService") }, "{}");
  expect(json).toMatchObject({ status: 400, type: "application/x-amz-json-1.1" });
  expect(JSON.parse(json.body)).toEqual({
    __type: "UnknownOperationException",
    message: "The sandbox has no operation CreateService of ecs.",
  });
  const foreign = await ask("POST", "/", { ...credential("dynamodb"), ...target("DynamoDB_20120810.ListTables") }, "{}");
  expect(JSON.parse(foreign.body).__type).toBe("UnknownOperationException");
  const query = await ask("POST", "/", { ...credential("iam"), ...form }, "Action=CreateUser&Version=2010-05-08");
  expect(query).toMatchObject({ status: 400, type: "text/xml" });
  expect(query.body).toContain("<Code>InvalidAction</Code><Message>Could not find operation CreateUser for version 2010-05-08</Message>");
  const other = await ask("POST", "/", { ...credential("ec2"), ...form }, "Action=DescribeInstances&Version=2016-11-15");
  expect(other.body).toContain("<Code>InvalidAction</Code>");
  const rest = await fetch(`${sandbox.endpoint}/schedules/a/b`, { headers: credential("scheduler") });
  expect([rest.status, rest.headers.get("x-amzn-errortype")]).toEqual([404, "UnknownOperationException"]);
  expect(await rest.json()).toEqual({ Message: "The sandbox has no operation GET /schedules/a/b of scheduler." });
});

test("unsigned calls are told apart by header, path and action, in us-east-1", async () => {
  expect(JSON.parse((await ask("GET", "/schedule-groups", {})).body).ScheduleGroups[0].Arn).toContain(":us-east-1:");
  expect((await ask("POST", "/", form, "Action=GetCallerIdentity&Version=2011-06-15")).body).toContain(`<Account>${account}</Account>`);
  expect((await ask("POST", "/", form, "Action=ListRoles")).body).toContain("<Roles></Roles>");
  const target = { "x-amz-target": "AmazonSQS.ListQueues", "content-type": "application/x-amz-json-1.0" };
  expect(await ask("POST", "/", target, "{}")).toMatchObject({ status: 200, type: "application/x-amz-json-1.0" });
});

test("SQS answers by query too, as old clients ask", async () => {
  const made = await ask(
    "POST",
    "/",
    form,
    "Action=CreateQueue&QueueName=old&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=7&Version=2012-11-05",
  );
  expect(made.body).toContain(`<CreateQueueResult><QueueUrl>${sandbox.endpoint}/${account}/old</QueueUrl></CreateQueueResult>`);
  const queue = `/${account}/old`;
  const read = await ask("POST", queue, form, "Action=GetQueueAttributes&AttributeName.1=VisibilityTimeout");
  expect(read.body).toContain("<Attribute><Name>VisibilityTimeout</Name><Value>7</Value></Attribute>");
  const attribute = "MessageAttribute.1.Name=kind&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=a%26b";
  await ask("POST", queue, form, `Action=SendMessage&MessageBody=%3Chello%3E&${attribute}`);
  const batch = [1, 2]
    .map((n) => `SendMessageBatchRequestEntry.${n}.Id=m${n}&SendMessageBatchRequestEntry.${n}.MessageBody=body${n}`)
    .join("&");
  expect((await ask("POST", queue, form, `Action=SendMessageBatch&${batch}`)).body.match(/<SendMessageBatchResultEntry>/g)).toHaveLength(2);
  const received = await ask("POST", queue, form, "Action=ReceiveMessage&MessageAttributeName.1=All&MaxNumberOfMessages=10");
  expect(received.body).toContain("<Body>&lt;hello&gt;</Body>");
  expect(received.body).toContain(
    "<MessageAttribute><Name>kind</Name><Value><StringValue>a&amp;b</StringValue><DataType>String</DataType></Value></MessageAttribute>",
  );
  const unknown = await ask("POST", "/", form, `Action=SendMessage&QueueUrl=${sandbox.endpoint}/${account}/none&MessageBody=x`);
  expect(unknown.status).toBe(400);
  expect(unknown.body).toContain(
    "<Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist for this wsdl version.</Message>",
  );
});

test("an unknown queue has both its names by JSON", async () => {
  const headers = { "x-amz-target": "AmazonSQS.SendMessage", "content-type": "application/x-amz-json-1.0" };
  const body = JSON.stringify({ QueueUrl: `${sandbox.endpoint}/${account}/none`, MessageBody: "x" });
  const response = await fetch(sandbox.endpoint, { method: "POST", headers, body });
  expect(response.headers.get("x-amzn-query-error")).toBe("AWS.SimpleQueueService.NonExistentQueue;Sender");
  expect(await response.json()).toEqual({ __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "The specified queue does not exist." });
});

test.each([
  ["no JSON at all", "{", "Unexpected character or end of input found when reading the JSON body"],
  ["a list", "[]", "Start of structure or map found where not expected."],
  ["a number for text", '{"Description":7}', "NUMBER_VALUE can not be converted to a String"],
  ["text for a structure", '{"Target":"x"}', "STRING_VALUE can not be converted to a structure or map"],
])("a body of the wrong kind (%s) is refused before anything else", async (_what, body, message) => {
  const response = await fetch(`${sandbox.endpoint}/schedules/a`, { method: "POST", body });
  expect([response.status, response.headers.get("x-amzn-errortype")]).toEqual([400, "SerializationException"]);
  expect(await response.json()).toEqual({ Message: message });
});

test("web pages and foreign names are turned away", async () => {
  expect((await fetch(`${sandbox.endpoint}/_sandbox/reset`, { method: "POST", headers: { origin: "http://page.example" } })).status).toBe(
    403,
  );
  const { port } = new URL(sandbox.endpoint);
  const status = await new Promise((resolve) => {
    request({ port, host: "127.0.0.1", path: "/_sandbox/health", headers: { host: "page.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  expect(status).toBe(403);
});

test("a fault that was ordered comes as often as ordered, then all is well", async () => {
  await control.orderFault({
    service: "scheduler",
    operation: "CreateScheduleGroup",
    error: { code: "ConflictException", message: "Busy.", status: 409 },
    times: 2,
  });
  await expect(makeGroup("a")).rejects.toThrow("Busy.");
  expect((await control.faults())[0]?.left).toBe(1);
  await expect(makeGroup("a")).rejects.toThrow("Busy.");
  await makeGroup("a");
  expect(await control.faults()).toEqual([]);
});

test("a lost answer: the operation was done, the caller sees an error", async () => {
  await control.orderFault({
    service: "scheduler",
    operation: "CreateScheduleGroup",
    error: { code: "InternalServerException", status: 500 },
    actFirst: true,
  });
  expect(nameOf(await makeGroup("a").catch((error: unknown) => error))).toBe("InternalServerException");
  expect((await scheduler.send(new GetScheduleGroupCommand({ Name: "a" }))).State).toBe("ACTIVE");
});

test("a dropped connection gives no answer at all", async () => {
  await control.orderFault({ service: "*", operation: "*", dropConnection: true });
  expect((await makeGroup("a").catch((error: unknown) => error)) as object).toMatchObject({ code: "ECONNRESET" });
  await makeGroup("a");
});

test("faults that make no sense are refused with a sentence", async () => {
  await expect(control.orderFault({ service: "s3" as "sqs", operation: "*" })).rejects.toThrow("service has to be one of");
  await expect(control.orderFault({ service: "sqs", operation: "*" })).rejects.toThrow(
    "A fault needs an error, dropConnection or delayMs.",
  );
  await expect(control.changeSettings({ speed: 9 } as object)).rejects.toThrow("There is no setting speed.");
  await expect(control.changeSettings({ eventCopies: "2" } as object)).rejects.toThrow("Setting eventCopies is a number");
});

test("random faults concern about the share of calls that was set", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.2);
  await control.changeSettings({ randomFaultShare: 0.1 });
  await makeGroup("a");
  await control.changeSettings({ randomFaultShare: 0.3 });
  expect(nameOf(await makeGroup("b").catch((error: unknown) => error))).toBe("InternalServerException");
});

test("calls are counted by operation, and those inside the sandbox apart", async () => {
  await makeGroup("a");
  await scheduler.send(new ListScheduleGroupsCommand({}));
  await scheduler.send(new ListScheduleGroupsCommand({}));
  expect(await control.calls()).toEqual({ "scheduler.CreateScheduleGroup": 1, "scheduler.ListScheduleGroups": 2 });
  expect(await control.insideCalls()).toEqual({});
  await control.forgetCalls();
  expect(await control.calls()).toEqual({});
});

test("the latest calls are told with the moment at which each arrived", async () => {
  const from = Date.now();
  await makeGroup("a");
  await scheduler.send(new ListScheduleGroupsCommand({}));
  const [first, second, ...more] = await control.recentCalls();
  expect([first?.name, second?.name, ...more]).toEqual(["scheduler.CreateScheduleGroup", "scheduler.ListScheduleGroups"]);
  expect(first?.at).toBeGreaterThanOrEqual(from - 1);
  expect(second?.at).toBeGreaterThan(first?.at ?? 0);
  await control.forgetCalls();
  expect(await control.recentCalls()).toEqual([]);
});

test("AWS's rates: registering a definition is for 20 at once, and throttled as ECS names it", async () => {
  await control.changeSettings({ rateLimits: true });
  const register = () =>
    ecs.send(new RegisterTaskDefinitionCommand({ family: "f", containerDefinitions: [{ name: "main", image: "busybox", memory: 128 }] }));
  const outcomes = await Promise.allSettled(Array.from({ length: 25 }, register));
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason as { name: string; message: string }] : [],
  );
  expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(20);
  expect(refused.length).toBeGreaterThanOrEqual(4);
  expect(refused[0]).toMatchObject({ name: "ThrottlingException", message: "Rate exceeded", $metadata: { httpStatusCode: 400 } });
  // Another bucket is not touched by it.
  await ecs.send(new DescribeClustersCommand({}));
});

test("the Scheduler throttles with 429", async () => {
  await control.changeSettings({ rateLimits: true });
  const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => scheduler.send(new ListScheduleGroupsCommand({}))));
  const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  expect(refused[0]).toMatchObject({ name: "ThrottlingException", $metadata: { httpStatusCode: 429 } });
});

test("a restart goes on with the same state and clock", async () => {
  await makeGroup("kept");
  await sqs.send(new CreateQueueCommand({ QueueName: "kept" }));
  await iam.send(new CreateRoleCommand({ RoleName: "kept", AssumeRolePolicyDocument: '{"Statement":[{"Effect":"Allow"}]}' }));
  await control.advanceClock(86_400);
  await shut();
  await open();
  expect((await scheduler.send(new GetScheduleGroupCommand({ Name: "kept" }))).CreationDate).toBeInstanceOf(Date);
  // The address is the new one: the port may be another.
  expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toEqual([`${sandbox.endpoint}/${account}/kept`]);
  expect((await iam.send(new ListRolesCommand({}))).Roles?.[0]?.RoleName).toBe("kept");
  expect((await control.now()).getTime() - Date.now()).toBeGreaterThan(86_000_000);
});

test("a change is on disk without a proper end", async () => {
  await makeGroup("kept");
  await expect.poll(() => readdirSync(folder)).toContain("world.snapshot");
});

test("a snapshot that cannot be read is set aside with a sentence", async () => {
  await shut();
  writeFileSync(path.join(folder, "world.snapshot"), "nonsense");
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await open();
  expect(said.mock.calls.flat().join("")).toMatch(
    /The sandbox's snapshot could not be read .* It was set aside as .*world\.snapshot\.broken-\d+/,
  );
  await makeGroup("new");
});

test("a reset forgets everything", async () => {
  await makeGroup("a");
  await sqs.send(new CreateQueueCommand({ QueueName: "q" }));
  await control.advanceClock(3600);
  await control.changeSettings({ eventCopies: 2 });
  await control.orderFault({ service: "sqs", operation: "*", error: { code: "Any" } });
  await control.reset();
  expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined();
  expect((await scheduler.send(new ListScheduleGroupsCommand({}))).ScheduleGroups?.map(({ Name }) => Name)).toEqual(["default"]);
  expect(Math.abs((await control.now()).getTime() - Date.now())).toBeLessThan(60_000);
  expect((await control.settings()).eventCopies).toBe(1);
});

test("a taken port and a folder in use are said with a way out", async () => {
  const port = Number(new URL(sandbox.endpoint).port);
  const other = mkdtempSync(path.join(tmpdir(), "sandbox-other-"));
  await expect(startSandbox({ port, dataFolder: other })).rejects.toThrow(`Port ${port} is taken by another program.`);
  await expect(startSandbox({ port: 0, dataFolder: folder })).rejects.toThrow(`Another sandbox (process ${process.pid}) uses the folder`);
  await expect(startSandbox({ port: 0, dataFolder: other, accountId: "12" })).rejects.toThrow("An AWS account number has 12 digits");
  rmSync(other, { recursive: true, force: true });
});

test("health names the services", async () => {
  expect(await control.health()).toMatchObject({
    status: "ok",
    accountId: account,
    services: serviceNames satisfies readonly ServiceName[],
  });
});
