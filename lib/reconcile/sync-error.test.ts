import { expect, test } from "vitest";
import { HeldBack } from "@/lib/aws/errors";
import { Refused, Unavailable } from "@/lib/domain/errors";
import { sampleJob } from "@/lib/testing/samples";
import { toFailure } from "./sync-error";

const now = new Date("2026-03-01T12:00:00Z");
const job = { ...sampleJob({ expression: "cron(99 1 * * ? *)" }), syncAttempts: 0 };

/** An error as the SDK throws it. */
const awsError = (name: string, message: string, httpStatusCode = 400) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

test.each([
  ["ValidationException", "Invalid Schedule Expression cron(99 1 * * ? *).", "expression", /cron\(99 1/],
  ["ValidationException", "Invalid ScheduleExpressionTimezone: Europe/Bonn", "timeZone", /time zone/],
  ["ValidationException", "Unable to convert target input to TaskOverride, JSON syntax error in input", "definition.command", /command/],
  ["AccessDeniedException", "User is not authorized to perform: scheduler:CreateSchedule", null, /right/],
  ["ServiceQuotaExceededException", "You have reached the limit.", null, /quota/],
  ["ClientException", "Container.image contains invalid characters.", "definition.image", /image registry/],
  ["ClientException", "Role is not valid", null, /roles/],
  ["ClientException", "No Fargate configuration exists for given values: 300 CPU, 512 memory.", "definition.cpu", /512 CPU units/],
  [
    "ClientException",
    "The secret name must be unique and not shared with any new or existing environment variables",
    "definition.secrets",
    /secret/,
  ],
  [
    "ClientException",
    "Actual length: '70000'. Max allowed length is '65536' bytes: too long.",
    "definition.environment",
    /longer than AWS takes/,
  ],
  ["SomethingNewException", "Words nobody has seen before.", null, /own words/],
])("%s: %s stands at its field, with AWS's own words", (code, message, field, sentence) => {
  const { error } = toFailure(awsError(code, message), job, now);
  expect(error).toMatchObject({ awsCode: code, awsMessage: message, field, passing: false, at: now.toISOString() });
  expect(error.sentence).toMatch(sentence);
});

test.each([
  ["a throttle", awsError("ThrottlingException", "Rate exceeded", 429)],
  ["a change in progress", awsError("ConflictException", "Schedule is being changed.", 409)],
  ["AWS's own fault", awsError("InternalServerException", "Sorry.", 500)],
  ["a missing group", awsError("ResourceNotFoundException", "Schedule group x does not exist.", 404)],
  ["no network", Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })],
  ["no credentials", Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" })],
  ["Belfry waiting for AWS", new Unavailable("AWS does not show it yet.")],
  ["a fault of Belfry's own", new TypeError("x is not a function")],
])("%s is tried again", (_what, cause) => {
  const { error } = toFailure(cause, job, now);
  expect(error).toMatchObject({ passing: true, field: null });
  expect(error.sentence).toMatch(/again|yet/);
});

test("Belfry's own no keeps its sentence and its field", () => {
  const { error } = toFailure(new Refused("The moment has passed.", "expression"), job, now);
  expect(error).toMatchObject({ sentence: "The moment has passed.", field: "expression", passing: false });
});

test("the waits are anything up to a bound that doubles up to five minutes, and a second at least", () => {
  const throttle = awsError("ThrottlingException", "Rate exceeded", 429);
  const seconds = (syncAttempts: number, random: number) =>
    (toFailure(throttle, { ...job, syncAttempts }, now, () => random).retryAt.getTime() - now.getTime()) / 1000;
  expect([0, 1, 2, 5, 7, 30].map((attempts) => seconds(attempts, 1))).toEqual([4, 8, 16, 128, 300, 300]);
  expect([0, 1, 2, 5, 7, 30].map((attempts) => seconds(attempts, 0))).toEqual([1, 1, 1, 1, 1, 1]);
});

test("a call that was held back says when it is tried again, and not before there is room", () => {
  const held = new HeldBack({ code: "ThrottlingException", message: "Rate exceeded" }, 30_000);
  const { error, retryAt } = toFailure(held, { ...job, syncAttempts: 0 }, now, () => 0);
  expect(retryAt.getTime() - now.getTime()).toBe(31_000);
  expect(error).toMatchObject({
    sentence: `AWS asks for fewer changes: trying again at ${retryAt.toISOString().slice(11, 19)} UTC.`,
    awsCode: "ThrottlingException",
    awsMessage: "Rate exceeded",
    passing: true,
  });
});

test("an error that stays the same keeps the moment when it began", () => {
  const refusal = awsError("AccessDeniedException", "No.", 403);
  const first = toFailure(refusal, job, now).error;
  const later = new Date(now.getTime() + 3_600_000);
  expect(toFailure(refusal, { ...job, syncError: first }, later).error.at).toBe(now.toISOString());
  expect(toFailure(awsError("AccessDeniedException", "Another no.", 403), { ...job, syncError: first }, later).error.at).toBe(
    later.toISOString(),
  );
});
