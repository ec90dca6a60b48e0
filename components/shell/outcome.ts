import type { ErrorWord, Fault } from "@/lib/domain/errors";

/** What a form or a button gets back: the value, or a sentence and the faults at their fields. */
export type Outcome<Value = null> = { ok: true; value: Value } | { ok: false; word: ErrorWord; sentence: string; faults: Fault[] };
