import { ECSClient, ListTasksCommand } from "@aws-sdk/client-ecs";
import type { EnvironmentSettings } from "@/lib/domain/environment";

/**
 * How far AWS's clock is ahead of this machine's, in milliseconds, within a second: every answer carries AWS's time, a
 * refusal as well, such as that of a signature from another time. Null when AWS does not answer within a few seconds.
 */
export async function awsClockOffsetMs({ region, clusterArn }: Pick<EnvironmentSettings, "region" | "clusterArn">): Promise<number | null> {
  const requestHandler = { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
  const client = new ECSClient({ region, maxAttempts: 1, requestHandler });
  let offsetMs: number | null = null;
  client.middlewareStack.add(
    (next) => async (args) => {
      const askedAt = Date.now();
      const result = await next(args);
      const { headers } = result.response as { headers?: Record<string, string> };
      const said = Date.parse(headers?.date ?? "");
      // The header counts whole seconds.
      if (!Number.isNaN(said)) offsetMs = said + 500 - (askedAt + Date.now()) / 2;
      return result;
    },
    // Below the one that turns a refusal into an error.
    { step: "deserialize", priority: "low", name: "readClock" },
  );
  try {
    await client.send(new ListTasksCommand({ cluster: clusterArn, maxResults: 1 }));
  } catch {
    // What AWS refuses is the rounds' affair; here only its time counts.
  } finally {
    client.destroy();
  }
  return offsetMs;
}
