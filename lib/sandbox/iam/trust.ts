import type { World } from "../service";
import type { IamRole } from "./state";

/** Who wants to assume a role, and what AWS would say of the call (`aws:SourceArn`, `aws:SourceAccount`, `sts:ExternalId`). */
export type Assumer = { service: string } | { arn: string; accountId: string };
export type TrustContext = Record<string, string | undefined>;

type Statement = { Effect?: unknown; Principal?: unknown; Action?: unknown; Condition?: unknown };

/** The role with this ARN, if it is one of this account's. */
export function roleOfArn(world: World, arn: string): IamRole | undefined {
  const role = world.iam.roles.get(arn.slice(arn.lastIndexOf("/") + 1));
  return role?.arn === arn ? role : undefined;
}

/** Whether a role exists, has become known everywhere (`rolePropagationMs`) and trusts this assumer. */
export function canAssume(world: World, arn: string, assumer: Assumer, context: TrustContext): boolean {
  const role = roleOfArn(world, arn);
  if (!role || world.now().getTime() < role.createdAt.getTime() + world.settings.rolePropagationMs) return false;
  return isTrusted(role.trustDocument, assumer, context);
}

/** Whether a trust document allows sts:AssumeRole: some statement allows, none denies. */
export function isTrusted(document: string, assumer: Assumer, context: TrustContext): boolean {
  const fitting = statementsOf(document).filter(
    (statement) =>
      actionFits(statement.Action) && principalFits(statement.Principal, assumer) && conditionFits(statement.Condition, context),
  );
  return fitting.some((statement) => statement.Effect === "Allow") && !fitting.some((statement) => statement.Effect === "Deny");
}

/** The statements of a policy document; a single one may stand without a list. Throws where the text is no JSON object. */
export function statementsOf(document: string): Statement[] {
  const parsed = JSON.parse(document) as { Statement?: unknown } | null;
  if (typeof parsed !== "object" || parsed === null) throw new Error("A policy document is a JSON object.");
  return listOf(parsed.Statement).filter((item): item is Statement => typeof item === "object" && item !== null);
}

function actionFits(action: unknown): boolean {
  return textsOf(action).some((name) => wildcard(name.toLowerCase()).test("sts:assumerole"));
}

function principalFits(principal: unknown, assumer: Assumer): boolean {
  if (principal === "*") return true;
  if (typeof principal !== "object" || principal === null) return false;
  const named = principal as { Service?: unknown; AWS?: unknown };
  if ("service" in assumer) return textsOf(named.Service).some((name) => name === "*" || name === assumer.service);
  const root = `arn:aws:iam::${assumer.accountId}:root`;
  return textsOf(named.AWS).some((name) => name === "*" || name === assumer.accountId || name === root || name === assumer.arn);
}

function conditionFits(condition: unknown, context: TrustContext): boolean {
  if (condition === undefined) return true;
  if (typeof condition !== "object" || condition === null) return false;
  const lowerCased = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.entries(condition).every(
    ([operator, keys]) =>
      typeof keys === "object" &&
      keys !== null &&
      Object.entries(keys as object).every(([key, wanted]) => operatorFits(operator, lowerCased.get(key.toLowerCase()), textsOf(wanted))),
  );
}

/** An operator that the sandbox does not know never fits: the role is then refused, not given away. */
function operatorFits(operator: string, value: string | undefined, wanted: string[]): boolean {
  const name = operator.replace(/IfExists$/, "");
  if (name === "Null") return (value === undefined) === (wanted[0] === "true");
  const isNegative = /Not/.test(name);
  if (value === undefined) return isNegative || operator.endsWith("IfExists");
  const matches = matcherOf(name.replace("Not", ""));
  if (!matches) return false;
  const isAny = wanted.some((item) => matches(value, item));
  return isNegative ? !isAny : isAny;
}

function matcherOf(name: string): ((value: string, wanted: string) => boolean) | undefined {
  switch (name) {
    case "StringEquals":
      return (value, wanted) => value === wanted;
    case "StringEqualsIgnoreCase":
      return (value, wanted) => value.toLowerCase() === wanted.toLowerCase();
    case "StringLike":
    case "ArnLike":
    // ArnEquals takes wildcards too (IAM User Guide, "ARN condition operators").
    case "ArnEquals":
      return (value, wanted) => wildcard(wanted).test(value);
    default:
      return undefined;
  }
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`, "s");
}

function textsOf(value: unknown): string[] {
  return listOf(value)
    .filter((item) => typeof item === "string" || typeof item === "boolean")
    .map(String);
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
