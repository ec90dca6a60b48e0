import type { Db } from "./client";

/** A number that grows with every change of a run that a list shows; it costs no look at a table. Null before the first one. */
export async function lastChange(db: Db): Promise<string | null> {
  const [row] = await db.$queryRaw<{ change: string | null }[]>`
    select case when is_called then last_value::text end as change from job_change_id_seq`;
  return row?.change ?? null;
}
