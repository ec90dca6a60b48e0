import { afterEach, expect, test } from "vitest";
import type { Job } from "@/lib/domain/job";
import { type MovableGround, momentsOf, movableGround } from "./movable-ground";

/*
 * Nights in which the clocks change, as the Scheduler goes through them: a local time that is left out has no start, one
 * that comes twice has one, at its first turn (EventBridge Scheduler User Guide, "Daylight savings time").
 */

let ground: MovableGround;
afterEach(() => ground.close());

type Night = { zone: string; startsAt: string; halfHourly: string[]; nightly: string; nightlyRuns: string[] };

const nights: Night[] = [
  {
    ...{ zone: "Europe/Berlin", startsAt: "2027-03-27T23:45:00Z", nightly: "30 2", nightlyRuns: [] },
    halfHourly: ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00"],
  },
  {
    ...{ zone: "Europe/Berlin", startsAt: "2027-10-30T23:45:00Z", nightly: "30 2", nightlyRuns: ["00:30"] },
    halfHourly: ["00:00", "00:30", "02:00", "02:30", "03:00"],
  },
  {
    ...{ zone: "America/New_York", startsAt: "2027-03-14T05:45:00Z", nightly: "30 2", nightlyRuns: [] },
    halfHourly: ["06:00", "06:30", "07:00", "07:30", "08:00", "08:30", "09:00"],
  },
  {
    ...{ zone: "America/New_York", startsAt: "2027-11-07T04:45:00Z", nightly: "30 1", nightlyRuns: ["05:30"] },
    halfHourly: ["05:00", "05:30", "07:00", "07:30", "08:00"],
  },
  {
    ...{ zone: "Australia/Lord_Howe", startsAt: "2027-10-02T14:45:00Z", nightly: "15 2", nightlyRuns: [] },
    halfHourly: ["15:00", "15:30", "16:00", "16:30", "17:00", "17:30", "18:00"],
  },
  {
    ...{ zone: "Australia/Lord_Howe", startsAt: "2027-04-03T13:45:00Z", nightly: "45 1", nightlyRuns: ["14:45"] },
    halfHourly: ["14:00", "14:30", "15:30", "16:00", "16:30", "17:00"],
  },
];

test.each(nights)(
  "$zone in the night of $startsAt: AWS starts what it promises, and what the clocks leave out is not called missed",
  async (night) => {
    ground = await movableGround(new Date(night.startsAt));
    const wentAt = ground.now();
    const jobWith = (expression: string) => ground.jobThatRuns("true", { expression, timeZone: night.zone, savedAt: wentAt });
    const [halfHourly, nightly] = [await jobWith("cron(0/30 * * * ? *)"), await jobWith(`cron(${night.nightly} * * ? *)`)];
    await ground.workUntil(async () => {
      const observed = await ground.db.job.findMany({ select: { observedGeneration: true } });
      expect(observed.every(({ observedGeneration }) => observedGeneration === 1)).toBe(true);
    });
    await ground.pass(200, 200, [halfHourly, nightly]);
    const backAt = ground.now();

    const startsOf = async (job: Job) => {
      const runs = (await ground.runsOf(job)).filter(({ scheduledAt }) => scheduledAt && scheduledAt <= backAt);
      expect(runs.filter(({ state }) => state !== "succeeded")).toEqual([]);
      return runs.flatMap(({ scheduledAt }) => scheduledAt?.toISOString().slice(11, 16) ?? []).sort();
    };
    // Past the last chance of every moment, with all that AWS has told.
    await ground.pass(25, 25, [halfHourly, nightly]);
    await ground.workUntil(async () => {
      expect(await startsOf(halfHourly)).toEqual(night.halfHourly);
      expect(await startsOf(nightly)).toEqual(night.nightlyRuns);
      const { events } = Object.fromEntries((await ground.db.look.findMany()).map(({ source, lookedAt }) => [source, lookedAt]));
      expect(events && events > backAt).toBe(true);
    });
    await ground.work();
    const wrong = await ground.db.run.findMany({
      where: { OR: [{ state: { in: ["missed", "lost"] } }, { duplicateOfId: { not: null } }] },
    });
    expect(wrong).toEqual([]);
    expect(momentsOf(halfHourly, wentAt, backAt).map((at) => at.toISOString().slice(11, 16))).toEqual(night.halfHourly);
  },
);
