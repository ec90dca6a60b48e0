/** Something that whoever starts Belfry has to know or do: shown as it is, without a stack. */
export class Sentence extends Error {}

/** Does what speaks in sentences already (Postgres, the sandbox), so that its errors are shown without a stack. */
export async function speaking<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error ? new Sentence(error.message, { cause: error }) : error;
  }
}
