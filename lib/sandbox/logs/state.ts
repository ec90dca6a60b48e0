import type { LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";

/** One stream. Its lines are in an append-only file beside the snapshot; here is only what describes them. */
export type LogStreamState = {
  name: string;
  /** Epoch milliseconds. */
  creationTime: number;
  /** Name of the file of lines, without folder. */
  file: string;
  /** Lines that retention took away; positions in tokens count them too, so that a token never points at another line. */
  forgotten: number;
  /** What the file held when this was last written; after a killed process the file is asked again. */
  bytes: number;
  firstEventTimestamp: number | null;
  lastEventTimestamp: number | null;
  lastIngestionTime: number | null;
};

export type LogGroupState = {
  name: string;
  creationTime: number;
  retentionInDays: number | null;
  kmsKeyId: string | null;
  logGroupClass: LogGroupClass;
  deletionProtectionEnabled: boolean;
  tags: Record<string, string>;
  streams: Map<string, LogStreamState>;
};

/** CloudWatch Logs of one region. */
export type LogsState = { groups: Map<string, LogGroupState> };

/** A region in which nothing was made. */
export function newLogsState(): LogsState {
  return { groups: new Map() };
}
