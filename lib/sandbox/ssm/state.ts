export type ParameterKind = "String" | "StringList" | "SecureString";

export type ParameterVersion = {
  version: number;
  value: string;
  kind: ParameterKind;
  keyId: string | null;
  description: string | null;
  tier: "Standard" | "Advanced" | "Intelligent-Tiering";
  dataType: string;
  allowedPattern: string | null;
  modifiedAt: Date;
};

/** The latest version is the last one. */
export type Parameter = { name: string; arn: string; versions: ParameterVersion[] };

export type SsmState = {
  /** By name. */
  parameters: Map<string, Parameter>;
};

/** A region without parameters. */
export function newSsmState(): SsmState {
  return { parameters: new Map() };
}
