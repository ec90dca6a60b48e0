import { createHash } from "node:crypto";
import type { Parameter as ParameterAnswer, ParameterMetadata, ParameterStringFilter } from "@aws-sdk/client-ssm";
import type { OperationsOf } from "../operations-of";
import { AwsError, type Call } from "../service";
import type model from "./model.json";
import type { Parameter, ParameterVersion } from "./state";

/** So many versions are kept of a parameter (Systems Manager User Guide, "parameter versions"). */
const keptVersions = 100;

export const operations: OperationsOf<typeof import("@aws-sdk/client-ssm"), typeof model> = {
  PutParameter(input, call) {
    const { parameters } = call.region.ssm;
    const name = input.Name ?? "";
    checkName(name);
    const known = parameters.get(name);
    if (known && !input.Overwrite)
      throw new AwsError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
      );
    const before = known?.versions.at(-1);
    const kind = input.Type ?? before?.kind;
    if (!kind) throw invalid("A parameter type is required when you create a parameter.");
    if (before && before.kind !== kind)
      throw new AwsError(
        "HierarchyTypeMismatchException",
        "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a String type to a SecureString type. You must create a new, unique parameter.",
      );
    const value = input.Value ?? "";
    const tier = input.Tier ?? before?.tier ?? "Standard";
    checkValue(value, tier, input.AllowedPattern);
    const parameter = known ?? { name, arn: arnOf(call, name), versions: [] };
    const version = (before?.version ?? 0) + 1;
    parameter.versions.push({
      version,
      value,
      kind,
      keyId: kind === "SecureString" ? (input.KeyId ?? before?.keyId ?? "alias/aws/ssm") : null,
      description: input.Description ?? before?.description ?? null,
      tier,
      dataType: input.DataType ?? before?.dataType ?? "text",
      allowedPattern: input.AllowedPattern ?? before?.allowedPattern ?? null,
      modifiedAt: call.now,
    });
    parameter.versions.splice(0, parameter.versions.length - keptVersions);
    parameters.set(name, parameter);
    return { Version: version, Tier: tier };
  },

  GetParameter(input, call) {
    const found = find(call, input.Name ?? "");
    if (!found) throw notFound();
    return { Parameter: answerOf(found, input.WithDecryption) };
  },

  GetParameters(input, call) {
    const Parameters: ParameterAnswer[] = [];
    const InvalidParameters: string[] = [];
    for (const name of input.Names ?? []) {
      const found = findOrNothing(call, name);
      if (found) Parameters.push(answerOf(found, input.WithDecryption));
      else InvalidParameters.push(name);
    }
    return { Parameters, InvalidParameters };
  },

  GetParametersByPath(input, call) {
    const path = (input.Path ?? "").replace(/(.)\/$/, "$1");
    if (!path.startsWith("/")) throw invalid(pathRule);
    const under = path === "/" ? "/" : `${path}/`;
    const found = sorted(call).filter(({ name }) => name.startsWith(under) && (input.Recursive || !name.slice(under.length).includes("/")));
    const wanted = found.filter((parameter) => (input.ParameterFilters ?? []).every((filter) => isWanted(parameter, filter)));
    const { items, next } = pageOf(wanted, input.MaxResults ?? 10, input.NextToken);
    return { Parameters: items.map((parameter) => answerOf(latest(parameter), input.WithDecryption)), ...next };
  },

  DescribeParameters(input, call) {
    const filters: ParameterStringFilter[] = [
      ...(input.ParameterFilters ?? []),
      // The older form: names are compared from their start.
      ...(input.Filters ?? []).map(({ Key, Values }) => ({ Key, Values, Option: Key === "Name" ? "BeginsWith" : "Equals" })),
    ];
    const wanted = sorted(call).filter((parameter) => filters.every((filter) => isWanted(parameter, filter)));
    const { items, next } = pageOf(wanted, input.MaxResults ?? 50, input.NextToken);
    return { Parameters: items.map(metadataOf), ...next };
  },

  DeleteParameter(input, call) {
    const { parameters } = call.region.ssm;
    if (!parameters.delete(nameOf(input.Name ?? "", parameters))) throw notFound();
    return {};
  },

  DeleteParameters(input, call) {
    const { parameters } = call.region.ssm;
    const names = input.Names ?? [];
    const DeletedParameters = names.filter((name) => parameters.delete(nameOf(name, parameters)));
    return { DeletedParameters, InvalidParameters: names.filter((name) => !DeletedParameters.includes(name)) };
  },
};

const invalid = (message: string) => new AwsError("ValidationException", message);
/** Its message is empty in AWS too. */
const notFound = () => new AwsError("ParameterNotFound", "");

const nameRule =
  'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_';
const pathRule =
  'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.';

function checkName(name: string): void {
  if (/^\/?aws/i.test(name)) throw new AwsError("AccessDeniedException", `No access to reserved parameter name: ${name}.`);
  if (/^\/?ssm/i.test(name) || !/^[A-Za-z0-9_.\-/]+$/.test(name)) throw invalid(nameRule);
  if (name.includes("/") && !name.startsWith("/")) throw invalid("Parameter name must be a fully qualified name.");
  if (name.split("/").length - 1 > 15)
    throw new AwsError(
      "HierarchyLevelLimitExceededException",
      "A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.",
    );
}

function checkValue(value: string, tier: ParameterVersion["tier"], allowedPattern: string | undefined): void {
  if (value === "")
    throw invalid(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  const limit = tier === "Standard" ? 4096 : 8192;
  if (value.length > limit)
    throw invalid(
      tier === "Standard"
        ? "Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
        : "Advanced tier parameters support a maximum parameter value of 8192 characters.",
    );
  if (allowedPattern && !new RegExp(`^(?:${allowedPattern})$`).test(value))
    throw new AwsError(
      "ParameterPatternMismatchException",
      `Parameter value, cannot be validated against allowedPattern: ${allowedPattern}`,
    );
}

/** A name with a slash has it once in its ARN: parameter/belfry/key. */
const arnOf = (call: Call, name: string) =>
  `arn:aws:ssm:${call.region.name}:${call.accountId}:parameter${name.startsWith("/") ? "" : "/"}${name}`;

function nameOf(nameOrArn: string, parameters: Map<string, Parameter>): string {
  if (!nameOrArn.startsWith("arn:")) return nameOrArn;
  return [...parameters.values()].find(({ arn }) => arn === nameOrArn)?.name ?? nameOrArn;
}

type Found = { parameter: Parameter; version: ParameterVersion; selector: string | null };

const latest = (parameter: Parameter): Found => ({ parameter, version: parameter.versions.at(-1) as ParameterVersion, selector: null });

/** By name or ARN, each optionally with `:<version>`. Throws ParameterVersionNotFound. */
function find(call: Call, given: string): Found | null {
  const { parameters } = call.region.ssm;
  const exact = parameters.get(nameOf(given, parameters));
  if (exact) return latest(exact);
  const cut = given.lastIndexOf(":");
  const parameter = cut > 0 ? parameters.get(nameOf(given.slice(0, cut), parameters)) : undefined;
  if (!parameter) return null;
  const wanted = given.slice(cut + 1);
  const version = parameter.versions.find((candidate) => String(candidate.version) === wanted);
  if (!version)
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${wanted} of ${parameter.name}. Verify the version and try again.`,
    );
  return { parameter, version, selector: `:${wanted}` };
}

function findOrNothing(call: Call, given: string): Found | null {
  try {
    return find(call, given);
  } catch (error) {
    if (error instanceof AwsError) return null;
    throw error;
  }
}

function answerOf({ parameter, version, selector }: Found, withDecryption: boolean | undefined): ParameterAnswer {
  const isHidden = version.kind === "SecureString" && !withDecryption;
  return {
    Name: parameter.name,
    Type: version.kind,
    Value: isHidden ? encrypted(version.value) : version.value,
    Version: version.version,
    LastModifiedDate: version.modifiedAt,
    ARN: parameter.arn,
    DataType: version.dataType,
    ...(selector && { Selector: selector }),
  };
}

/** Stands where AWS shows the ciphertext: says nothing of the value but whether it changed. */
const encrypted = (value: string) => Buffer.concat([Buffer.from("AQICAH"), createHash("sha256").update(value).digest()]).toString("base64");

function metadataOf(parameter: Parameter): ParameterMetadata {
  const { version } = latest(parameter);
  return {
    Name: parameter.name,
    ARN: parameter.arn,
    Type: version.kind,
    ...(version.keyId && { KeyId: version.keyId }),
    LastModifiedDate: version.modifiedAt,
    ...(version.description !== null && { Description: version.description }),
    ...(version.allowedPattern !== null && { AllowedPattern: version.allowedPattern }),
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  };
}

const sorted = (call: Call) => [...call.region.ssm.parameters.values()].sort((left, right) => (left.name < right.name ? -1 : 1));

function isWanted(parameter: Parameter, { Key, Option = "Equals", Values = [] }: ParameterStringFilter): boolean {
  const { version } = latest(parameter);
  const texts: Record<string, string> = {
    Name: parameter.name,
    Type: version.kind,
    KeyId: version.keyId ?? "",
    Tier: version.tier,
    DataType: version.dataType,
  };
  if (Key === "Path") {
    const isOneLevel = Option === "OneLevel" || Option === "Equals";
    return Values.some((path) => {
      const under = path.endsWith("/") ? path : `${path}/`;
      return parameter.name.startsWith(under) && (!isOneLevel || !parameter.name.slice(under.length).includes("/"));
    });
  }
  const text = texts[Key ?? ""];
  if (text === undefined)
    throw new AwsError(
      "InvalidFilterKey",
      `The following filter key is not valid: ${Key}. Valid filter keys include: [Name, Type, KeyId, Path, Tier, DataType].`,
    );
  if (Option === "Equals") return Values.includes(text);
  if (Option === "BeginsWith") return Values.some((value) => text.startsWith(value));
  if (Option === "Contains") return Values.some((value) => text.includes(value));
  throw new AwsError(
    "InvalidFilterOption",
    `The following filter option is not valid: ${Option}. Valid options include: [BeginsWith, Equals].`,
  );
}

function pageOf<Item>(all: Item[], size: number, token: string | undefined) {
  const start = token ? Number(/^ssm (\d+)$/.exec(Buffer.from(token, "base64").toString("utf8"))?.[1] ?? Number.NaN) : 0;
  if (Number.isNaN(start)) throw new AwsError("InvalidNextToken", "The specified token is not valid.");
  const end = start + size;
  return {
    items: all.slice(start, end),
    next: end < all.length ? { NextToken: Buffer.from(`ssm ${end}`).toString("base64") } : {},
  };
}
