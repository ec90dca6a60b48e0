import { randomBytes } from "node:crypto";
import type { Role } from "@aws-sdk/client-iam";
import type { OperationsOf } from "../operations-of";
import { AwsError, type Call } from "../service";
import type model from "./model.json";
import { ownUser, ownUserName } from "./own-user";
import type { IamRole } from "./state";
import { statementsOf } from "./trust";

const defaultPageSize = 100;

export const operations: OperationsOf<typeof import("@aws-sdk/client-iam"), typeof model> = {
  CreateRole(input, call) {
    const name = input.RoleName ?? "";
    const document = input.AssumeRolePolicyDocument ?? "";
    if (call.world.iam.roles.has(name)) throw new AwsError("EntityAlreadyExists", `Role with name ${name} already exists.`, 409);
    checkDocument(document, "AssumeRole policy");
    const path = input.Path ?? "/";
    const role: IamRole = {
      name,
      path,
      id: uniqueId("AROA"),
      arn: `arn:aws:iam::${call.accountId}:role${path}${name}`,
      createdAt: call.now,
      trustDocument: document,
      description: input.Description ?? null,
      maxSessionDuration: input.MaxSessionDuration ?? 3600,
      permissionsBoundary: input.PermissionsBoundary ?? null,
      tags: (input.Tags ?? []).map(({ Key, Value }) => ({ Key: Key ?? "", Value: Value ?? "" })),
      inlinePolicies: new Map(),
      attachedPolicyArns: new Set(),
    };
    call.world.iam.roles.set(name, role);
    return { Role: shortForm(role) };
  },

  GetRole(input, call) {
    const role = roleNamed(call, input.RoleName);
    return { Role: { ...shortForm(role), MaxSessionDuration: role.maxSessionDuration, RoleLastUsed: {} } };
  },

  GetUser(input, call) {
    const isSession = call.accessKeyId !== undefined && call.world.iam.sessions.has(call.accessKeyId);
    if (input.UserName === undefined && isSession)
      throw new AwsError("ValidationError", "Must specify userName when calling with non-User credentials");
    const name = input.UserName ?? ownUserName;
    if (name !== ownUserName) throw new AwsError("NoSuchEntity", `The user with name ${name} cannot be found.`, 404);
    return { User: ownUser(call) };
  },

  DeleteRole(input, call) {
    const role = roleNamed(call, input.RoleName);
    if (role.inlinePolicies.size > 0 || role.attachedPolicyArns.size > 0)
      throw new AwsError("DeleteConflict", "Cannot delete entity, must remove referenced objects first.", 409);
    call.world.iam.roles.delete(role.name);
    return {};
  },

  ListRoles(input, call) {
    const roles = [...call.world.iam.roles.values()]
      .filter((role) => role.path.startsWith(input.PathPrefix ?? "/"))
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    const page = pageOf(roles, (role) => role.name, input.Marker, input.MaxItems);
    return { Roles: page.items.map((role) => ({ ...shortForm(role), MaxSessionDuration: role.maxSessionDuration })), ...page.rest };
  },

  UpdateAssumeRolePolicy(input, call) {
    const role = roleNamed(call, input.RoleName);
    checkDocument(input.PolicyDocument ?? "", "AssumeRole policy");
    role.trustDocument = input.PolicyDocument ?? "";
    return {};
  },

  PutRolePolicy(input, call) {
    const role = roleNamed(call, input.RoleName);
    checkDocument(input.PolicyDocument ?? "", "policy");
    role.inlinePolicies.set(input.PolicyName ?? "", input.PolicyDocument ?? "");
    return {};
  },

  GetRolePolicy(input, call) {
    const role = roleNamed(call, input.RoleName);
    const document = role.inlinePolicies.get(input.PolicyName ?? "");
    if (document === undefined) throw noSuchPolicy(input.PolicyName);
    return { RoleName: role.name, PolicyName: input.PolicyName, PolicyDocument: encoded(document) };
  },

  ListRolePolicies(input, call) {
    const names = [...roleNamed(call, input.RoleName).inlinePolicies.keys()].sort();
    const page = pageOf(names, (name) => name, input.Marker, input.MaxItems);
    return { PolicyNames: page.items, ...page.rest };
  },

  DeleteRolePolicy(input, call) {
    if (!roleNamed(call, input.RoleName).inlinePolicies.delete(input.PolicyName ?? "")) throw noSuchPolicy(input.PolicyName);
    return {};
  },

  AttachRolePolicy(input, call) {
    const role = roleNamed(call, input.RoleName);
    const arn = input.PolicyArn ?? "";
    // Policies of one's own cannot be made here, so only AWS's can be attached.
    if (!/^arn:aws[a-z-]*:iam::aws:policy\/.+/.test(arn))
      throw new AwsError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable.`, 404);
    role.attachedPolicyArns.add(arn);
    return {};
  },

  DetachRolePolicy(input, call) {
    if (!roleNamed(call, input.RoleName).attachedPolicyArns.delete(input.PolicyArn ?? ""))
      throw new AwsError("NoSuchEntity", `Policy ${input.PolicyArn} was not found.`, 404);
    return {};
  },

  ListAttachedRolePolicies(input, call) {
    const arns = [...roleNamed(call, input.RoleName).attachedPolicyArns].sort();
    const page = pageOf(arns, (arn) => arn, input.Marker, input.MaxItems);
    return {
      AttachedPolicies: page.items.map((arn) => ({ PolicyArn: arn, PolicyName: arn.slice(arn.lastIndexOf("/") + 1) })),
      ...page.rest,
    };
  },
};

/** A unique id as IAM makes them: four letters for the kind, 17 letters and digits. */
export function uniqueId(kind: "AROA" | "ASIA"): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return kind + [...randomBytes(17)].map((byte) => letters[byte % letters.length]).join("");
}

/** Without MaxSessionDuration and RoleLastUsed, as CreateRole answers. */
function shortForm(role: IamRole): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(Math.floor(role.createdAt.getTime() / 1000) * 1000),
    AssumeRolePolicyDocument: encoded(role.trustDocument),
    ...(role.description === null ? {} : { Description: role.description }),
    ...(role.permissionsBoundary === null
      ? {}
      : {
          PermissionsBoundary: { PermissionsBoundaryType: "PermissionsBoundaryPolicy", PermissionsBoundaryArn: role.permissionsBoundary },
        }),
    ...(role.tags.length === 0 ? {} : { Tags: role.tags }),
  };
}

/** Documents leave URL-encoded by RFC 3986, which leaves fewer characters alone than JavaScript does. */
function encoded(document: string): string {
  return encodeURIComponent(document).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function roleNamed(call: Call, name: string | undefined): IamRole {
  const role = call.world.iam.roles.get(name ?? "");
  if (!role) throw new AwsError("NoSuchEntity", `The role with name ${name} cannot be found.`, 404);
  return role;
}

function noSuchPolicy(name: string | undefined): AwsError {
  return new AwsError("NoSuchEntity", `The role policy with name ${name} cannot be found.`, 404);
}

function checkDocument(document: string, kind: string): void {
  let statements: ReturnType<typeof statementsOf>;
  try {
    statements = statementsOf(document);
  } catch {
    throw new AwsError("MalformedPolicyDocument", `This ${kind} contains invalid Json`);
  }
  if (statements.length === 0) throw new AwsError("MalformedPolicyDocument", "Syntax errors in policy.");
  for (const statement of statements)
    if (statement.Effect !== "Allow" && statement.Effect !== "Deny")
      throw new AwsError("MalformedPolicyDocument", `Invalid effect: ${String(statement.Effect)}`);
}

function pageOf<Item>(
  items: Item[],
  keyOf: (item: Item) => string,
  marker: string | undefined,
  size = defaultPageSize,
): { items: Item[]; rest: { IsTruncated: boolean; Marker?: string } } {
  const after = marker === undefined ? undefined : Buffer.from(marker, "base64url").toString("utf8");
  if (after !== undefined && !/^[\w+=,.@:/-]+$/.test(after)) throw new AwsError("ValidationError", "Invalid Marker provided.");
  const left = after === undefined ? items : items.filter((item) => keyOf(item) > after);
  const page = left.slice(0, size);
  const last = page.at(-1);
  if (left.length <= size || last === undefined) return { items: page, rest: { IsTruncated: false } };
  return { items: page, rest: { IsTruncated: true, Marker: Buffer.from(keyOf(last)).toString("base64url") } };
}
