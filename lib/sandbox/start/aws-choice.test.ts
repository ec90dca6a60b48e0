import { expect, test } from "vitest";
import { anotherAws, sandboxVariables } from "./aws-choice";

const settings = {
  BELFRY_CLUSTER_ARN: "c",
  BELFRY_SCHEDULER_ROLE_ARN: "s",
  BELFRY_EXECUTION_ROLE_ARN: "e",
  BELFRY_SUBNETS: "n",
  BELFRY_SECURITY_GROUPS: "g",
  BELFRY_EVENT_QUEUE_URL: "q",
  BELFRY_DEAD_LETTER_QUEUE_URL: "d",
  BELFRY_DEAD_LETTER_QUEUE_ARN: "a",
  BELFRY_LOG_GROUP: "l",
};

test("without any variable of AWS's the sandbox is used; a region alone means nothing", () => {
  expect(anotherAws({})).toBeNull();
  expect(anotherAws({ AWS_REGION: "eu-central-1", AWS_ENDPOINT_URL: "", AWS_PAGER: "" })).toBeNull();
});

test.each(["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_ECS", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"])(
  "%s means another AWS, which the settings describe",
  (name) => {
    expect(anotherAws({ [name]: "x", ...settings })).toBe(name);
    const { BELFRY_SUBNETS: _, BELFRY_LOG_GROUP: __, ...some } = settings;
    expect(() => anotherAws({ [name]: "x", ...some })).toThrow(
      `${name} is set, so Belfry would use that AWS instead of the sandbox, but these settings are missing: BELFRY_SUBNETS, BELFRY_LOG_GROUP.`,
    );
  },
);

test("for the sandbox nothing of this machine's own AWS settings remains", () => {
  const variables = sandboxVariables(
    { PATH: "/bin", AWS_SESSION_TOKEN: "real", AWS_REGION: "eu-west-1", BELFRY_SUBNETS: "real", BELFRY_LOG_LEVEL: "debug" },
    { endpoint: "http://127.0.0.1:4566", region: "us-east-1" },
    { BELFRY_CLUSTER_ARN: "made" },
  );
  expect(variables).toEqual({
    PATH: "/bin",
    BELFRY_LOG_LEVEL: "debug",
    BELFRY_CLUSTER_ARN: "made",
    AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "sandbox",
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  });
});
