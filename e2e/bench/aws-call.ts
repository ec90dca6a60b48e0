/** One call of AWS's JSON protocol, unsigned, as the sandbox takes it; throws for anything but 200. */
export async function awsCall<Answer = object>(endpoint: string, target: string, input: object): Promise<Answer> {
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: {
      "x-amz-target": target,
      "content-type": target.startsWith("AmazonSQS") ? "application/x-amz-json-1.0" : "application/x-amz-json-1.1",
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${target} was answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text || "{}") as Answer;
}
