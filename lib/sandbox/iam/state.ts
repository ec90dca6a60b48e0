export type IamRole = {
  name: string;
  path: string;
  id: string;
  arn: string;
  createdAt: Date;
  /** JSON as it was sent, not URL-encoded. */
  trustDocument: string;
  description: string | null;
  maxSessionDuration: number;
  permissionsBoundary: string | null;
  tags: { Key: string; Value: string }[];
  /** JSON by policy name. */
  inlinePolicies: Map<string, string>;
  attachedPolicyArns: Set<string>;
};

/** A session that STS gave out, by its access key. */
export type IamSession = { roleArn: string; roleId: string; sessionName: string; endsAt: Date };

/** IAM is one for all regions. */
export type IamState = { roles: Map<string, IamRole>; sessions: Map<string, IamSession> };

/** An account without roles. */
export function newIamState(): IamState {
  return { roles: new Map(), sessions: new Map() };
}
