import { expect, test } from "vitest";
import { AwsError, serviceNames } from "../service";
import { readJson, writeJson } from "./json";
import { modelOf, shapeOf } from "./model";
import { readQuery, writeQuery, writeQueryError } from "./query";
import { recognise, signedAs } from "./recognise";
import { sentenceOf, violationsOf } from "./validate";

const head = (headers: Record<string, string>, path = "/", form?: string, method = "POST") => ({
  method,
  path,
  query: new URLSearchParams(),
  headers,
  form: form === undefined ? undefined : new URLSearchParams(form),
});

test.each(serviceNames)("every shape of %s can be found, and every pattern be used", (service) => {
  const model = modelOf(service);
  for (const operation of Object.values(model.operations))
    for (const ref of [operation.input, operation.output]) if (ref) shapeOf(model, ref);
  for (const [shape, { type, pattern, members }] of Object.entries(model.shapes)) {
    if (type === "string" && pattern) violationsOf(model, { shape }, "x");
    for (const member of Object.values(members ?? {})) shapeOf(model, member);
  }
});

test("a moment, a blob and numbers survive the way through JSON; unknown members do not", () => {
  const model = modelOf("sqs");
  const message = { MessageAttributes: { a: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) } }, Unknown: 1 };
  const written = writeJson(model, { shape: "Message" }, message);
  expect(written).toEqual({ MessageAttributes: { a: { DataType: "Binary", BinaryValue: "AP8=" } } });
  expect(readJson(model, { shape: "Message" }, written)).toEqual({
    MessageAttributes: { a: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) } },
  });
  const schedule = { StartDate: new Date(1_700_000_000_500) };
  expect(writeJson(modelOf("scheduler"), { shape: "GetScheduleOutput" }, schedule)).toEqual({ StartDate: 1_700_000_000.5 });
  expect(readJson(modelOf("scheduler"), { shape: "GetScheduleOutput" }, { StartDate: 1_700_000_000.5 })).toEqual(schedule);
});

test("a query's lists and structures are read", () => {
  const parameters = new URLSearchParams(
    "RoleName=r&AssumeRolePolicyDocument=%7B%7D&Tags.member.2.Key=b&Tags.member.1.Key=a&Tags.member.1.Value=1&MaxSessionDuration=3600",
  );
  expect(readQuery(modelOf("iam"), "CreateRole", parameters)).toEqual({
    RoleName: "r",
    AssumeRolePolicyDocument: "{}",
    MaxSessionDuration: 3600,
    Tags: [{ Key: "a", Value: "1" }, { Key: "b" }],
  });
  expect(() => readQuery(modelOf("iam"), "ListRoles", new URLSearchParams("MaxItems=many"))).toThrow("is not a number");
});

test("XML says what the model says, and nothing that breaks it", () => {
  const role = { RoleName: 'a<b>&"', CreateDate: new Date("2027-01-01T00:00:00.000Z"), Description: "bell\u0007" };
  expect(writeQuery(modelOf("iam"), "ListRoles", { Roles: [role], IsTruncated: false }, "id-1").body).toBe(
    '<?xml version="1.0"?><ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult><Roles><member>' +
      "<RoleName>a&lt;b&gt;&amp;&quot;</RoleName><CreateDate>2027-01-01T00:00:00Z</CreateDate><Description>bell\uFFFD</Description></member></Roles>" +
      "<IsTruncated>false</IsTruncated></ListRolesResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ListRolesResponse>",
  );
  expect(writeQueryError("iam", new AwsError("NoSuchEntity", "No <role>.", 404), "id-2")).toMatchObject({
    status: 404,
    body: expect.stringContaining(
      "<Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>No &lt;role&gt;.</Message></Error><RequestId>id-2</RequestId>",
    ),
  });
});

test("constraints are told in AWS's words, all of them", () => {
  const input = { taskDefinition: undefined, capacityProviderStrategy: [{ weight: 1001 }] };
  expect(sentenceOf(violationsOf(modelOf("ecs"), { shape: "RunTaskRequest" }, input))).toBe(
    "3 validation errors detected: " +
      "Value null at 'capacityProviderStrategy.1.member.capacityProvider' failed to satisfy constraint: Member must not be null; " +
      "Value '1001' at 'capacityProviderStrategy.1.member.weight' failed to satisfy constraint: Member must have value less than or equal to 1000; " +
      "Value null at 'taskDefinition' failed to satisfy constraint: Member must not be null",
  );
});

test.each<[string, Record<string, string>, { region: string; signingName: string | undefined; accessKeyId: string | undefined }]>([
  [
    "a signed call",
    { authorization: "AWS4-HMAC-SHA256 Credential=AK/20270101/eu-west-3/ecs/aws4_request, SignedHeaders=host, Signature=0" },
    { region: "eu-west-3", signingName: "ecs", accessKeyId: "AK" },
  ],
  [
    "a call signed for several regions",
    {
      authorization: "AWS4-ECDSA-P256-SHA256 Credential=AK/20270101/events/aws4_request, Signature=0",
      "x-amz-region-set": "eu-west-3,eu-west-1",
    },
    { region: "eu-west-3", signingName: "events", accessKeyId: "AK" },
  ],
  ["an unsigned call", {}, { region: "us-east-1", signingName: undefined, accessKeyId: undefined }],
  [
    "a region that is none",
    { authorization: "AWS4-HMAC-SHA256 Credential=AK/20270101/../ecs/aws4_request, Signature=0" },
    { region: "us-east-1", signingName: "ecs", accessKeyId: "AK" },
  ],
])("%s tells its region and service", (_what, headers, signed) => {
  expect(signedAs(head(headers))).toEqual(signed);
});

test.each<[string, Parameters<typeof recognise>[0], object]>([
  ["a target", head({ "x-amz-target": "secretsmanager.ListSecrets" }), { kind: "aws-json", service: "secrets", operation: "ListSecrets" }],
  ["a version", head({}, "/", "Action=ListRoles&Version=2010-05-08"), { kind: "query", service: "iam", operation: "ListRoles" }],
  ["an action alone", head({}, "/", "Action=SendMessage"), { kind: "query", service: "sqs", operation: "SendMessage" }],
  [
    "a path with an encoded ARN",
    head({}, "/tags/arn%3Aaws%3Ascheduler%3Aus-east-1%3A1%3Aschedule-group%2Fg", undefined, "GET"),
    { kind: "rest-json", operation: "ListTagsForResource", labels: { ResourceArn: "arn:aws:scheduler:us-east-1:1:schedule-group/g" } },
  ],
  ["a path of S3", head({}, "/bucket/key", undefined, "GET"), { kind: "unknown", protocol: "rest-json", name: "GET /bucket/key" }],
])("an unsigned call is known by %s", (_what, asked, expected) => {
  expect(recognise(asked, signedAs(asked))).toMatchObject(expected);
});
