import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  GetScheduleGroupCommand,
  ListSchedulesCommand,
  type SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { Unavailable } from "@/lib/domain/errors";
import { isConflict, isGone } from "./errors";

/** All that the Scheduler's list tells of a schedule: no expression, no target. */
export type ListedSchedule = { name: string; state: "ENABLED" | "DISABLED"; lastModifiedAt: Date };

/** A written schedule. The answer itself has no time in it, so it is the Date header's: whole seconds, AWS's clock. */
export type PutSchedule = { answeredAt: Date | null };

/** EventBridge Scheduler. Every call names the group: without one, AWS takes `default`, which is not ours. */
export function schedulerDoor(client: SchedulerClient) {
  return {
    /** The whole group, a hundred schedules a call. Throws "gone" where there is no such group. */
    async listSchedules(group: string): Promise<ListedSchedule[]> {
      const listed: ListedSchedule[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(new ListSchedulesCommand({ GroupName: group, MaxResults: 100, NextToken: token }));
        for (const { Name, State, LastModificationDate } of page.Schedules ?? [])
          if (Name && LastModificationDate)
            listed.push({ name: Name, state: State === "DISABLED" ? "DISABLED" : "ENABLED", lastModifiedAt: LastModificationDate });
        token = page.NextToken;
      } while (token);
      return listed;
    },

    /** A schedule read whole; null where there is none. */
    async getSchedule(group: string, name: string): Promise<GetScheduleCommandOutput | null> {
      try {
        return await client.send(new GetScheduleCommand({ GroupName: group, Name: name }));
      } catch (error) {
        if (isGone(error)) return null;
        throw error;
      }
    },

    /**
     * Writes the whole schedule. `exists` is what the caller last saw; where that has changed meanwhile, the other call
     * does it, so that two workers at once end with one schedule.
     */
    async putSchedule(schedule: CreateScheduleCommandInput & { GroupName: string }, exists: boolean): Promise<PutSchedule> {
      try {
        return exists ? await update(schedule) : await create(schedule);
      } catch (error) {
        if (exists && isGone(error)) return create(schedule);
        if (exists || !isConflict(error)) throw error;
        // In conflict and not there: AWS is still busy with an earlier change of it, which is the better word for it.
        return await update(schedule).catch((failure: unknown) => {
          throw isGone(failure) ? error : failure;
        });
      }
    },

    /** That there is none already is as good. */
    async deleteSchedule(group: string, name: string): Promise<void> {
      try {
        await client.send(new DeleteScheduleCommand({ GroupName: group, Name: name }));
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },

    /** Makes the group if there is none. Throws Unavailable while an old one of that name is being deleted. */
    async ensureScheduleGroup(group: string): Promise<void> {
      try {
        const { State } = await client.send(new GetScheduleGroupCommand({ Name: group }));
        if (State === "DELETING")
          throw new Unavailable(`The schedule group ${group} is being deleted in AWS: Belfry makes it again once it is gone.`);
      } catch (error) {
        if (!isGone(error)) throw error;
        await client.send(new CreateScheduleGroupCommand({ Name: group })).catch((failure: unknown) => {
          if (!isConflict(failure)) throw failure;
        });
      }
    },
  };

  function create(schedule: CreateScheduleCommandInput): Promise<PutSchedule> {
    const command = new CreateScheduleCommand(schedule);
    return timed(command.middlewareStack, () => client.send(command));
  }

  function update(schedule: CreateScheduleCommandInput): Promise<PutSchedule> {
    const command = new UpdateScheduleCommand(schedule);
    return timed(command.middlewareStack, () => client.send(command));
  }
}

type Stack = CreateScheduleCommand["middlewareStack"] | UpdateScheduleCommand["middlewareStack"];

/** Sends, and keeps the Date header of the answer. */
async function timed(stack: Stack, send: () => Promise<unknown>): Promise<PutSchedule> {
  let answeredAt: Date | null = null;
  (stack as CreateScheduleCommand["middlewareStack"]).add(
    (next) => async (args) => {
      const result = await next(args);
      const date = new Date((result.response as { headers?: Record<string, string> }).headers?.date ?? "");
      answeredAt = Number.isNaN(date.getTime()) ? null : date;
      return result;
    },
    { step: "deserialize", name: "keepAnswerDate", priority: "high" },
  );
  await send();
  return { answeredAt };
}

export type SchedulerDoor = ReturnType<typeof schedulerDoor>;
