import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { AwsError } from "../service";
import { emptyBatch, entryIdsNotDistinct, invalidEntryId, tooManyEntries } from "./errors";

type Entry = { Id: string | undefined };

/** The checks that refuse a whole batch, in AWS's order. `entryName` is the entry's shape, as the sentence has it. */
export function checkBatch(entries: Entry[] | undefined, entryName: string): void {
  if (!entries?.length) throw emptyBatch(entryName);
  if (entries.length > 10) throw tooManyEntries(entries.length);
  const seen = new Set<string>();
  for (const { Id: id } of entries) {
    if (!id || !/^[A-Za-z0-9_-]{1,80}$/.test(id)) throw invalidEntryId();
    if (seen.has(id)) throw entryIdsNotDistinct(id);
    seen.add(id);
  }
}

/** Does each entry for itself: what throws an AwsError becomes a row of Failed (HTTP 200 all the same). */
export function doEach<Item extends Entry, Done>(
  entries: Item[],
  act: (entry: Item) => Done,
): { Successful: (Done & { Id: string })[]; Failed: BatchResultErrorEntry[] } {
  const Successful: (Done & { Id: string })[] = [];
  const Failed: BatchResultErrorEntry[] = [];
  for (const entry of entries) {
    const Id = entry.Id as string;
    try {
      Successful.push({ Id, ...act(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: String(error.extra.queryCode ?? error.code), Message: error.message });
    }
  }
  return { Successful, Failed };
}
