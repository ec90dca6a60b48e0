import {
  ConflictException,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type DesiredStatus,
  type ECSClient,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { wordsOf } from "./errors";

/** A revision that ECS has, with the tags it was registered with. */
export type FoundTaskDefinition = { arn: string; registeredAt: Date | null; tags: Record<string, string> };

/** The task, or ECS's words why there is none: RunTask answers 200 also when nothing was started (ECS API, Failure). */
export type StartedTask = { taskArn: string } | { failure: { reason: string; detail: string } };

/**
 * ECS. `once` is a client that never tries again by itself: a registration whose answer was lost must be looked for,
 * not repeated, because registering the same twice makes two revisions.
 */
export function ecsDoor(client: ECSClient, once: ECSClient) {
  return {
    /** Makes a revision, each time another one; gives its ARN. ECS takes 20 at once, then one a second. */
    async registerTaskDefinition(input: RegisterTaskDefinitionCommandInput): Promise<string> {
      const { taskDefinition } = await once.send(new RegisterTaskDefinitionCommand(input));
      if (!taskDefinition?.taskDefinitionArn) throw new Error("ECS registered a task definition and did not say its ARN.");
      return taskDefinition.taskDefinitionArn;
    },

    /** Makes a revision INACTIVE. It shares its rate with registering. */
    async deregisterTaskDefinition(arn: string): Promise<void> {
      await client.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
    },

    /** The ACTIVE revisions of a family, newest first. (`familyPrefix` is the whole name here, whatever it is called.) */
    async listTaskDefinitionArns(family: string): Promise<string[]> {
      const arns: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new ListTaskDefinitionsCommand({ familyPrefix: family, status: "ACTIVE", sort: "DESC", maxResults: 100, nextToken: token }),
        );
        arns.push(...(page.taskDefinitionArns ?? []));
        token = page.nextToken;
      } while (token);
      return arns;
    },

    /** The ACTIVE revisions of a family with their tags, newest first, back to those registered before `since`. A call for each. */
    async findTaskDefinitions(family: string, since: Date): Promise<FoundTaskDefinition[]> {
      const found: FoundTaskDefinition[] = [];
      for (const arn of await this.listTaskDefinitionArns(family)) {
        const { taskDefinition, tags } = await client.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn, include: ["TAGS"] }));
        const registeredAt = taskDefinition?.registeredAt ?? null;
        if (registeredAt && registeredAt < since) break;
        found.push({ arn, registeredAt, tags: Object.fromEntries((tags ?? []).map(({ key, value }) => [key ?? "", value ?? ""])) });
      }
      return found;
    },

    /** Starts a task. The same client token is the same task, also where the parameters have changed since. */
    async runTask(input: RunTaskCommandInput): Promise<StartedTask> {
      try {
        const { tasks, failures } = await client.send(new RunTaskCommand(input));
        const taskArn = tasks?.[0]?.taskArn;
        if (taskArn) return { taskArn };
        return { failure: { reason: failures?.[0]?.reason ?? "UNKNOWN", detail: failures?.[0]?.detail ?? "" } };
      } catch (error) {
        // ECS names the task that the token started before (ECS Developer Guide, "Ensuring idempotency").
        const started = error instanceof ConflictException ? error.resourceIds?.[0] : undefined;
        if (started) return { taskArn: started };
        throw error;
      }
    },

    /** Asks a task to end; false where ECS knows no such task any more. */
    async stopTask(request: { cluster: string; task: string; reason: string }): Promise<boolean> {
      try {
        await client.send(new StopTaskCommand(request));
        return true;
      } catch (error) {
        // One code for every wrong parameter: only the sentence tells that the task is gone.
        const { code, message } = wordsOf(error);
        if (code === "InvalidParameterException" && /task was not found/i.test(message)) return false;
        throw error;
      }
    },

    /** RUNNING means "not stopped yet" here and includes tasks that still start; stopped ones are told for about an hour. */
    async listTaskArns(filter: { cluster: string; desiredStatus: DesiredStatus; family?: string }): Promise<string[]> {
      const arns: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(new ListTasksCommand({ ...filter, maxResults: 100, nextToken: token }));
        arns.push(...(page.taskArns ?? []));
        token = page.nextToken;
      } while (token);
      return arns;
    },

    /** The tasks that ECS still knows, and the ARNs of those that it has forgotten; a hundred a call. */
    async describeTasks(cluster: string, arns: string[]): Promise<{ tasks: Task[]; missing: string[] }> {
      const tasks: Task[] = [];
      const missing: string[] = [];
      for (let from = 0; from < arns.length; from += 100) {
        const answer = await client.send(new DescribeTasksCommand({ cluster, tasks: arns.slice(from, from + 100) }));
        tasks.push(...(answer.tasks ?? []));
        for (const { arn, reason } of answer.failures ?? []) if (arn && reason === "MISSING") missing.push(arn);
      }
      return { tasks, missing };
    },
  };
}

export type EcsDoor = ReturnType<typeof ecsDoor>;
