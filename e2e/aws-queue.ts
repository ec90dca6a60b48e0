import type { APIRequestContext } from "@playwright/test";
import { awsAddress } from "./house";

export type EnvironmentAddresses = {
  name: string;
  region: string;
  accountId: string;
  clusterArn: string;
  logGroup: string;
  eventQueueUrl: string;
  deadLetterQueueUrl: string;
};

/** The environment of the journeys, as the API tells it to an admin. */
export async function environmentOf(api: APIRequestContext): Promise<EnvironmentAddresses> {
  const { rows } = (await (await api.get("/api/v1/environments")).json()) as { rows: EnvironmentAddresses[] };
  const [environment] = rows;
  if (!environment) throw new Error("There is no environment.");
  return environment;
}

/** Puts a message into one of the environment's queues, as EventBridge and others do. */
export async function sendToQueue(api: APIRequestContext, queue: "events" | "dead-letters", body: string): Promise<void> {
  const { region, eventQueueUrl, deadLetterQueueUrl } = await environmentOf(api);
  const answer = await fetch(awsAddress, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.SendMessage",
      authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260101/${region}/sqs/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ QueueUrl: queue === "events" ? eventQueueUrl : deadLetterQueueUrl, MessageBody: body }),
  });
  if (!answer.ok) throw new Error(`The queue refused a message: ${await answer.text()}`);
}
