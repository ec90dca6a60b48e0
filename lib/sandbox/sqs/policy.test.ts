import { expect, test } from "vitest";
import { isAllowedByPolicy } from "./policy";

const queue = "arn:aws:sqs:eu-central-1:123456789012:events";
const rule = "arn:aws:events:eu-central-1:123456789012:rule/tasks";
const request = {
  service: "events.amazonaws.com",
  action: "sqs:SendMessage",
  resource: queue,
  context: { "aws:sourcearn": rule, "aws:sourceaccount": "123456789012" },
};
const allow = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: queue };

const cases: [string, object[], boolean][] = [
  ["no statement", [], false],
  ["the service, unconditionally", [allow], true],
  ["the rule by its ARN", [{ ...allow, Condition: { ArnEquals: { "aws:SourceArn": rule } } }], true],
  ["any rule of the account", [{ ...allow, Condition: { ArnLike: { "AWS:SourceArn": `${rule.slice(0, -5)}*` } } }], true],
  ["another rule", [{ ...allow, Condition: { ArnEquals: { "aws:SourceArn": `${rule}-2` } } }], false],
  ["another account", [{ ...allow, Condition: { StringEquals: { "aws:SourceAccount": "210987654321" } } }], false],
  ["another service", [{ ...allow, Principal: { Service: ["sns.amazonaws.com"] } }], false],
  ["everybody", [{ ...allow, Principal: "*", Action: "sqs:*", Resource: "*" }], true],
  ["a key that the request does not carry", [{ ...allow, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }], false],
  ["an operator that is not understood", [{ ...allow, Condition: { DateLessThan: { "aws:CurrentTime": "2099-01-01" } } }], false],
  ["allowed, but denied elsewhere", [allow, { ...allow, Effect: "Deny", Principal: "*" }], false],
];

test.each(cases)("a queue's policy with %s", (_, Statement, allowed) => {
  expect(isAllowedByPolicy(JSON.stringify({ Version: "2012-10-17", Statement }), request)).toBe(allowed);
});

test("without a policy, or with one that is no JSON, nothing is allowed", () => {
  expect(isAllowedByPolicy(undefined, request)).toBe(false);
  expect(isAllowedByPolicy("{", request)).toBe(false);
});
