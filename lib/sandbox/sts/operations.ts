import { randomBytes } from "node:crypto";
import { uniqueId } from "../iam/operations";
import { ownUserArn, ownUserId } from "../iam/own-user";
import type { IamSession } from "../iam/state";
import { canAssume, roleOfArn } from "../iam/trust";
import type { OperationsOf } from "../operations-of";
import { AwsError, type Call } from "../service";
import type model from "./model.json";

export const operations: OperationsOf<typeof import("@aws-sdk/client-sts"), typeof model> = {
  GetCallerIdentity(_input, call) {
    const session = sessionOf(call);
    if (!session) return { Account: call.accountId, UserId: ownUserId, Arn: ownUserArn(call) };
    return { Account: call.accountId, UserId: `${session.roleId}:${session.sessionName}`, Arn: sessionArn(call, session) };
  },

  AssumeRole(input, call) {
    const arn = input.RoleArn ?? "";
    const caller = sessionOf(call);
    const callerArn = caller ? sessionArn(call, caller) : ownUserArn(call);
    const role = roleOfArn(call.world, arn);
    const assumer = { arn: caller?.roleArn ?? callerArn, accountId: call.accountId };
    if (!role || !canAssume(call.world, arn, assumer, { "sts:ExternalId": input.ExternalId, "sts:RoleSessionName": input.RoleSessionName }))
      throw new AwsError("AccessDenied", `User: ${callerArn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`, 403);
    const seconds = input.DurationSeconds ?? 3600;
    if (seconds > role.maxSessionDuration)
      throw new AwsError("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    const session: IamSession = {
      roleArn: arn,
      roleId: role.id,
      sessionName: input.RoleSessionName ?? "",
      endsAt: new Date(Math.floor(call.now.getTime() / 1000) * 1000 + seconds * 1000),
    };
    const { sessions } = call.world.iam;
    for (const [key, { endsAt }] of sessions) if (endsAt < call.now) sessions.delete(key);
    const accessKeyId = uniqueId("ASIA").slice(0, 20);
    sessions.set(accessKeyId, session);
    return {
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretAccessKey: randomBytes(30).toString("base64"),
        SessionToken: randomBytes(120).toString("base64"),
        Expiration: session.endsAt,
      },
      AssumedRoleUser: { AssumedRoleId: `${role.id}:${session.sessionName}`, Arn: sessionArn(call, session) },
    };
  },
};

function sessionOf(call: Call): IamSession | undefined {
  return call.accessKeyId === undefined ? undefined : call.world.iam.sessions.get(call.accessKeyId);
}

/** Without the role's path, as STS writes it. */
function sessionArn(call: Call, session: IamSession): string {
  const roleName = session.roleArn.slice(session.roleArn.lastIndexOf("/") + 1);
  return `arn:aws:sts::${call.accountId}:assumed-role/${roleName}/${session.sessionName}`;
}
