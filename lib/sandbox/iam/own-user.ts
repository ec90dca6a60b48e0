import type { User } from "@aws-sdk/client-iam";
import type { Call } from "../service";

/** The sandbox takes any access key; all but those it gave out itself belong to this user, the only one there is. */
export const ownUserName = "sandbox";
export const ownUserId = "AIDASANDBOXUSER000000";

/** The user's ARN. */
export function ownUserArn(call: Call): string {
  return `arn:aws:iam::${call.accountId}:user/${ownUserName}`;
}

/** The user as GetUser tells it. */
export function ownUser(call: Call): User {
  return { Path: "/", UserName: ownUserName, UserId: ownUserId, Arn: ownUserArn(call), CreateDate: new Date("2020-01-01T00:00:00Z") };
}
