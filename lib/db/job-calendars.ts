import { type Db, rowsOf } from "./client";
import { Prisma } from "./generated/client";
import { toDocument } from "./row";

/** A calendar by which living jobs fire, and how many do. `anchor`: from when a rate(...) counts; null for the others. */
export type CalendarInUse = { expression: string; timeZone: string; anchor: Date | null; jobs: number };

/** More different calendars than that are not looked at for the next moments over all jobs. */
const mostCalendars = 20_000;

/** As `rateAnchorOf` has it. */
const anchor = Prisma.sql`case when starts_with(j.expression, 'rate') then
  case when j.applied_generation >= j.generation then coalesce(j.applied_at, j.saved_at) else j.saved_at end end`;

/** The different calendars of all jobs that are not paused, how many jobs there are, and how many of them are paused: one query. */
export async function readCalendars(db: Db): Promise<{ calendars: CalendarInUse[]; jobCount: number; pausedCount: number }> {
  const [row] = await rowsOf<{
    jobCount: number;
    pausedCount: number;
    calendars: (Omit<CalendarInUse, "anchor"> & { anchor: string | null })[];
  }>(
    db,
    Prisma.sql`
    with followed as (
      select j.expression, j.time_zone as "timeZone", ${anchor} as anchor, j.paused_at is not null as paused, count(*)::int as jobs
      from job j where j.deleted_at is null group by 1, 2, 3, 4
    )
    select coalesce(sum(jobs), 0)::int as "jobCount", coalesce(sum(jobs) filter (where paused), 0)::int as "pausedCount", coalesce((
      select json_agg(c) from (
        select expression, "timeZone", anchor, jobs from followed where not paused
        order by expression, "timeZone", anchor limit ${Prisma.raw(String(mostCalendars))}
      ) c), '[]') as calendars
    from followed`,
  );
  if (!row) throw new Error("A sum over a table always has an answer.");
  const { calendars, ...counts } = row;
  return { ...counts, calendars: calendars.map((one) => ({ ...one, anchor: one.anchor ? new Date(one.anchor) : null })) };
}

/** A job that follows one of some calendars; `calendar` is the place of its own among them. */
export type JobOfCalendar = { calendar: number; id: string; slug: string; name: string };

/** Of each of some calendars the jobs that follow it and are not paused: the first `limit` by name. */
export async function listJobsOfCalendars(db: Db, calendars: readonly CalendarInUse[], limit: number): Promise<JobOfCalendar[]> {
  const wanted = calendars.map(({ expression, timeZone, anchor: from }, calendar) => ({
    calendar,
    expression,
    zone: timeZone,
    since: from,
  }));
  return await rowsOf<JobOfCalendar>(
    db,
    Prisma.sql`
    select calendar, id, slug, name from (
      select c.calendar, j.id, j.slug, j.name, row_number() over (partition by c.calendar order by lower(j.name), j.id) as place
      from job j
      join jsonb_to_recordset(${toDocument(wanted)}::jsonb) as c(calendar int, expression text, zone text, since timestamptz)
        on j.expression = c.expression and j.time_zone = c.zone and (${anchor}) is not distinct from c.since
      where j.deleted_at is null and j.paused_at is null
    ) found
    where place <= ${limit} order by calendar, place limit ${limit * calendars.length}`,
  );
}
