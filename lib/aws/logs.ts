import { type CloudWatchLogsClient, CreateLogGroupCommand, GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { isConflict } from "./errors";

/** One event as CloudWatch keeps it; epoch milliseconds. */
export type LogEvent = { timestamp: number; ingestionTime: number; message: string };

/** A page. `forwardToken` equal to the one that was sent means: nothing newer yet. An empty page alone does not. */
export type LogPage = { events: LogEvent[]; forwardToken: string };

/** CloudWatch Logs. `onceClient` sends a call once, for those who wait and try again by themselves. */
export function logsDoor(client: CloudWatchLogsClient, onceClient: CloudWatchLogsClient) {
  return {
    /** Reads forwards: from the oldest event, or on from a token. Throws "gone" until the stream exists. */
    async getLogEvents(request: {
      group: string;
      stream: string;
      token: string | null;
      limit: number;
      /** Epoch milliseconds; only without a token. */
      startTime?: number;
      signal?: AbortSignal;
      once?: boolean;
    }): Promise<LogPage> {
      const { group, stream, token, limit, startTime, signal, once = false } = request;
      const page = await (once ? onceClient : client).send(
        new GetLogEventsCommand({
          logGroupName: group,
          logStreamName: stream,
          limit,
          // A forward token is only taken together with this (CloudWatch Logs API, GetLogEvents).
          startFromHead: true,
          ...(token ? { nextToken: token } : { startTime }),
        }),
        { abortSignal: signal },
      );
      return {
        events: (page.events ?? []).map(({ timestamp = 0, ingestionTime = 0, message = "" }) => ({ timestamp, ingestionTime, message })),
        forwardToken: page.nextForwardToken ?? token ?? "",
      };
    },

    /** Makes the group if there is none: a task whose log group is missing never starts. */
    async ensureLogGroup(group: string): Promise<void> {
      try {
        await client.send(new CreateLogGroupCommand({ logGroupName: group }));
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    },
  };
}

export type LogsDoor = ReturnType<typeof logsDoor>;
