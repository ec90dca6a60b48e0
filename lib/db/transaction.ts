import { asOurs } from "./as-ours";
import { type Database, database, type Tx } from "./client";

/** All that `work` writes, or nothing of it. Read committed: each statement sees what others had committed when it began. */
export async function inTransaction<Result>(work: (tx: Tx) => Promise<Result>, db: Database = database()): Promise<Result> {
  try {
    return await db.$transaction(work);
  } catch (error) {
    throw asOurs(error);
  }
}
