/** So many rows of a long list are read by one statement at most. */
export const mostRowsAtOnce = 5000;

/**
 * The rows of a list whose length nobody bounds (every schedule of an environment), for works that must not leave one out;
 * at most `most` of them. `page` gives the rows behind `last`, in the order of a key, at most `limit`: no statement and no
 * answer of Postgres grows without end.
 */
export async function readAll<Row>(
  page: (last: Row | null, limit: number) => Promise<Row[]>,
  most = Number.POSITIVE_INFINITY,
): Promise<Row[]> {
  const all: Row[] = [];
  for (;;) {
    const limit = Math.min(mostRowsAtOnce, most - all.length);
    const rows = await page(all.at(-1) ?? null, limit);
    for (const row of rows) all.push(row);
    if (rows.length < limit || all.length >= most) return all;
  }
}
