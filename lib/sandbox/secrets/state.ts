export type SecretVersion = {
  id: string;
  text: string | null;
  bytes: Buffer | null;
  /** AWSCURRENT, AWSPREVIOUS, AWSPENDING or somebody's own. */
  stages: Set<string>;
  createdAt: Date;
};

export type Secret = {
  arn: string;
  name: string;
  description: string | null;
  kmsKeyId: string | null;
  tags: { Key: string; Value: string }[];
  createdAt: Date;
  changedAt: Date;
  /** Only the day is kept. */
  accessedAt: Date | null;
  /** Marked for deletion at `markedAt`, gone at `goneAt`. */
  deletion: { markedAt: Date; goneAt: Date } | null;
  /** By id, oldest first. */
  versions: Map<string, SecretVersion>;
};

export type SecretsState = {
  /** By name. */
  secrets: Map<string, Secret>;
};

/** A region without secrets. */
export function newSecretsState(): SecretsState {
  return { secrets: new Map() };
}
