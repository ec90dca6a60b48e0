import { expect, test } from "vitest";
import { isMatch, parseEventPattern } from "./event-pattern";

const taskEvent = {
  source: "aws.ecs",
  "detail-type": "ECS Task State Change",
  resources: ["arn:aws:ecs:eu-central-1:123456789012:task/belfry/1"],
  detail: {
    clusterArn: "arn:aws:ecs:eu-central-1:123456789012:cluster/belfry",
    group: "belfry-0123456789",
    lastStatus: "STOPPED",
    version: 5,
    startedBy: null,
    enableExecuteCommand: false,
    address: "10.0.1.7",
    tags: [],
    containers: [
      { name: "main", exitCode: 0 },
      { name: "agent", exitCode: 1 },
    ],
  },
};
const detail = (pattern: object) => ({ detail: pattern });

const matches: [string, object, boolean][] = [
  ["source and type", { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"] }, true],
  ["one of several values", detail({ lastStatus: ["RUNNING", "STOPPED"] }), true],
  ["none of the values", detail({ lastStatus: ["RUNNING"] }), false],
  ["a key with another case", detail({ LastStatus: ["STOPPED"] }), false],
  ["an element of a list", { resources: [{ prefix: "arn:aws:ecs:" }] }, true],
  ["prefix", detail({ group: [{ prefix: "belfry-" }] }), true],
  ["prefix of something else", detail({ group: [{ prefix: "family:" }] }), false],
  ["prefix ignoring case", detail({ group: [{ prefix: { "equals-ignore-case": "BELFRY-" } }] }), true],
  ["suffix", detail({ clusterArn: [{ suffix: "/belfry" }] }), true],
  ["equals-ignore-case", detail({ lastStatus: [{ "equals-ignore-case": "stopped" }] }), true],
  ["wildcard", detail({ clusterArn: [{ wildcard: "arn:aws:ecs:*:cluster/bel*" }] }), true],
  ["wildcard that does not reach", detail({ clusterArn: [{ wildcard: "arn:*:task/*" }] }), false],
  ["anything but a text", detail({ lastStatus: [{ "anything-but": "RUNNING" }] }), true],
  ["anything but a list with it", detail({ lastStatus: [{ "anything-but": ["RUNNING", "STOPPED"] }] }), false],
  ["anything but a prefix", detail({ group: [{ "anything-but": { prefix: "belfry-" } }] }), false],
  ["anything but, of what is absent", detail({ capacityProviderName: [{ "anything-but": "FARGATE" }] }), false],
  ["exists", detail({ group: [{ exists: true }] }), true],
  ["does not exist", detail({ stopCode: [{ exists: false }] }), true],
  ["exists asks for a leaf", detail({ containers: [{ exists: true }] }), false],
  ["an empty list is not there", detail({ tags: [{ exists: false }] }), true],
  ["absent or a value", detail({ stopCode: [{ exists: false }, "SpotInterruption"] }), true],
  ["null", detail({ startedBy: [null] }), true],
  ["false", detail({ enableExecuteCommand: [false] }), true],
  ["a number", detail({ version: [5] }), true],
  ["a number as text", detail({ version: ["5"] }), false],
  ["numeric equality with a fraction", detail({ version: [{ numeric: ["=", 5.0] }] }), true],
  ["numeric range", detail({ version: [{ numeric: [">", 4, "<=", 5] }] }), true],
  ["numeric range beyond", detail({ version: [{ numeric: [">", 5] }] }), false],
  ["numeric of a text", detail({ group: [{ numeric: [">", 0] }] }), false],
  ["cidr", detail({ address: [{ cidr: "10.0.0.0/16" }] }), true],
  ["cidr elsewhere", detail({ address: [{ cidr: "10.1.0.0/16" }] }), false],
  ["fields of the same list element", detail({ containers: { name: ["main"], exitCode: [0] } }), true],
  ["fields of different list elements", detail({ containers: { name: ["main"], exitCode: [1] } }), false],
  ["names joined by dots", { "detail.lastStatus": ["STOPPED"] }, true],
  ["one of two branches", { $or: [{ source: ["aws.batch"] }, detail({ version: [5] })] }, true],
  ["neither of two branches", { $or: [{ source: ["aws.batch"] }, detail({ version: [6] })] }, false],
  ["a branch below, and more", detail({ $or: [{ version: [1] }, { version: [5] }], lastStatus: ["STOPPED"] }), true],
];

test.each(matches)("matching by %s", (_, pattern, matched) => {
  expect(isMatch(parseEventPattern(JSON.stringify(pattern)), taskEvent)).toBe(matched);
});

const at = (pattern: string, column: number) => `\n at [Source: (String)"${pattern}"; line: 1, column: ${column}]`;
/** Pattern, reason, column (twice for a fault inside a list of anything-but): as AWS was recorded to answer. */
const refused: [string, string, number?, "twice"?][] = [
  ['{"int": 42}', '"int" must be an object or an array', 11],
  ['{"string": "my-value"}', '"string" must be an object or an array', 13],
  ['{"resources": []}', "Empty arrays are not allowed", 17],
  ['{"detail": {"equal": [{"NUMERIC": ["=", 5]}]}}', "Unrecognized match type NUMERIC", 36],
  ['{"my_key": [{"EXISTS": true}]}', "Unrecognized match type EXISTS", 28],
  ['{"detail": {"c-count": [{"numeric": [">", 0, ">", 0]}]}}', "Bad numeric range operator: >", 49],
  ['{"detail": {"c-count": [{"numeric": [">", 0, "<"]}]}}', "Value of < must be numeric", 50],
  ['{"detail-type": [{"equals-ignore-case": ["ec2 x"]}]}', "equals-ignore-case match pattern must be a string", 42],
  ['{"detail-type": [{"equals-ignore-case": {"prefix": "ec2"}}]}', "equals-ignore-case match pattern must be a string", 42],
  [
    '{"detail": {"state": [{"anything-but": {"equals-ignore-case": 123}}]}}',
    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    66,
  ],
  [
    '{"detail": {"state": [{"anything-but": {"equals-ignore-case": [123, 456]}}]}}',
    "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    67,
    "twice",
  ],
  ['{"EventBusArn": [{"wildcard": 123}]}', "wildcard match pattern must be a string", 34],
  ['{"EventBusArn": [{"wildcard": ["arn:*"]}]}', "wildcard match pattern must be a string", 32],
  ['{"detail": {"state": [{"anything-but": {"wildcard": [123, "*/dir/*"]}}]}}', "wildcard match pattern must be a string", 57, "twice"],
  ['{"detail": {"FilePath": [{"anything-but": {"wildcard": 123}}]}}', "wildcard match pattern must be a string", 59],
  ['{"detail": {"FileName": [{"anything-but": {"suffix": [123, ".txt"]}}]}}', "prefix/suffix match pattern must be a string", 58, "twice"],
  ['{"detail": {"FileName": [{"anything-but": {"suffix": 123}}]}}', "prefix/suffix match pattern must be a string", 57],
  ['{"detail": {"state": [{"anything-but": {"prefix": [123, "test"]}}]}}', "prefix/suffix match pattern must be a string", 55, "twice"],
  ['{"detail": {"state": [{"anything-but": {"prefix": 123}}]}}', "prefix/suffix match pattern must be a string", 54],
  [
    '{"detail": {"FileName": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}}',
    "Value of anything-but must be an array or single string/number value.",
    55,
  ],
  ['{"time": [{"prefix": ["2022-07-13"]}]}', "prefix match pattern must be a string", 23],
  ['{"time": [{"prefix": 123}]}', "prefix match pattern must be a string", 25],
  ['{"FileName": [{"suffix": 123}]}', "suffix match pattern must be a string", 29],
  ['{"FileName": [{"suffix": [".png"]}]}', "suffix match pattern must be a string", 27],
  ['{"detail": {"sourceIPAddress": [{"cidr": ["bad-type"]}]}}', "prefix match pattern must be a string", 43],
  ['{"a": [{"cidr": "10.0.0.1"}]}', "Malformed CIDR, one '/' required"],
  ['{"a": [{"cidr": "10.0.0.1/xx"}]}', "Malformed CIDR, mask bits must be an integer"],
  ['{"a": [{"cidr": "xx.11.xx/8"}]}', "Nonstandard IP address: xx.11.xx"],
  [
    "this is valid json but not a dict",
    "Unrecognized token 'this': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    5,
  ],
  ["{'bad': 'quotation'}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 2],
  [
    '{"not": closed mark"',
    "Unrecognized token 'closed': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
    15,
  ],
  ['["not", "a", "dict", "but valid json"]', "Filter is not an object", 2],
];

test.each(refused)("refused: %s", (pattern, reason, column, twice) => {
  const place = column === undefined ? "" : at(pattern, column).repeat(twice ? 2 : 1);
  expect(() => parseEventPattern(pattern)).toThrow(new Error(reason + place));
});
