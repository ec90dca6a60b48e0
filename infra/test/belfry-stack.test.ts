import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { expect, test } from "vitest";
import { BelfryStack } from "../lib/belfry-stack";

const stack = new BelfryStack(new App({ analyticsReporting: false }), "Belfry", { environmentName: "test" });
const template = Template.fromStack(stack);

type Statement = { Action: string | string[]; Resource: unknown; Condition?: Record<string, unknown> };
const statementsOf = (rolePrefix: string): Statement[] =>
  Object.entries(template.findResources("AWS::IAM::Policy"))
    .filter(([id]) => id.startsWith(rolePrefix))
    .flatMap(([, policy]) => policy.Properties.PolicyDocument.Statement as Statement[]);
const actionsOf = (statements: Statement[]): string[] => statements.flatMap((statement) => statement.Action).sort();

test("the web role can read log lines and cannot change anything in AWS", () => {
  expect(actionsOf(statementsOf("WebServiceWebTaskDefTaskRole"))).toEqual(["logs:GetLogEvents"]);
});

test("a browser is led back to the console that it came from: that one has the copy of the log it reads", () => {
  template.hasResourceProperties("AWS::ElasticLoadBalancingV2::TargetGroup", {
    TargetGroupAttributes: Match.arrayWith([{ Key: "stickiness.enabled", Value: "true" }]),
  });
});

test("the scheduler's role is assumed for this schedule group only", () => {
  template.hasResourceProperties("AWS::IAM::Role", {
    AssumeRolePolicyDocument: {
      Statement: [
        Match.objectLike({
          Principal: { Service: "scheduler.amazonaws.com" },
          Condition: { StringEquals: { "aws:SourceArn": Match.objectLike({ "Fn::Join": Match.anyValue() }) } },
        }),
      ],
    },
  });
  expect(JSON.stringify(template.toJSON())).toContain(":schedule-group/belfry-test");
});

test("no role may do everything of a service, and roles are passed by name to one service", () => {
  const all = Object.values(template.findResources("AWS::IAM::Policy")).flatMap(
    (policy) => policy.Properties.PolicyDocument.Statement as Statement[],
  );
  expect(actionsOf(all).filter((action) => /^(ecs|scheduler|iam|sqs|logs|secretsmanager):\*$/.test(action))).toEqual([]);
  for (const statement of all.filter((candidate) => candidate.Action === "iam:PassRole")) {
    expect(statement.Resource).not.toBe("*");
    expect(statement.Condition).toHaveProperty("StringEquals");
  }
});

test("the worker never reads a secret's value of a job", () => {
  expect(actionsOf(statementsOf("WorkerServiceDefinitionTaskRole")).filter((action) => action.startsWith("secretsmanager:"))).toEqual([]);
});

test("state changes of this cluster's tasks reach the queue, and what cannot be read is set aside", () => {
  template.hasResourceProperties("AWS::Events::Rule", {
    EventPattern: { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"], detail: { clusterArn: Match.anyValue() } },
  });
  template.hasResourceProperties("AWS::SQS::Queue", { RedrivePolicy: Match.objectLike({ maxReceiveCount: 5 }) });
});

test("every alarm says what to do", () => {
  const alarms = Object.values(template.findResources("AWS::CloudWatch::Alarm"));
  expect(alarms.length).toBeGreaterThan(3);
  for (const alarm of alarms) expect(alarm.Properties.AlarmDescription).toMatch(/^What to do: /);
});

test("the database is private, encrypted, and its password stands nowhere in the template", () => {
  template.hasResourceProperties("AWS::RDS::DBInstance", {
    StorageEncrypted: true,
    PubliclyAccessible: false,
    DeletionProtection: true,
  });
  expect(JSON.stringify(template.toJSON())).not.toMatch(/"MasterUserPassword":"[^{]/);
});
