/** The few ways in which Belfry says no. Each has a sentence for a person and, where one is to blame, the field. */
export type ErrorWord = "unauthenticated" | "not-found" | "forbidden" | "invalid" | "conflict" | "refused" | "unavailable";

/** One thing that is wrong with an input: the field (dotted path), and a sentence with the rule and a way out. */
export type Fault = { field: string; sentence: string };

export class BelfryError extends Error {
  constructor(
    readonly word: ErrorWord,
    readonly sentence: string,
    readonly faults: Fault[] = [],
  ) {
    super(sentence);
    this.name = "BelfryError";
  }
}

/** Nobody is signed in, or the session has ended. */
export class Unauthenticated extends BelfryError {
  constructor() {
    super("unauthenticated", "Your session has ended: sign in again.");
  }
}

/** The thing does not exist, or the actor may not know that it does. */
export class NotFound extends BelfryError {
  constructor(sentence: string) {
    super("not-found", sentence);
  }
}

/** The actor has no right to do this. */
export class Forbidden extends BelfryError {
  constructor(sentence: string) {
    super("forbidden", sentence);
  }
}

/** The input breaks a rule; nothing was written. */
export class Invalid extends BelfryError {
  constructor(faults: Fault[]) {
    super("invalid", faults.map((fault) => fault.sentence).join(" "), faults);
  }
}

/** Somebody else was faster, or the thing is not in a state that allows this. */
export class Conflict extends BelfryError {
  constructor(sentence: string, field?: string) {
    super("conflict", sentence, field ? [{ field, sentence }] : []);
  }
}

/** AWS said no and will say no again until somebody changes something. */
export class Refused extends BelfryError {
  constructor(sentence: string, field?: string) {
    super("refused", sentence, field ? [{ field, sentence }] : []);
  }
}

/** Something that Belfry needs does not answer now; trying again later may help. */
export class Unavailable extends BelfryError {
  constructor(sentence: string) {
    super("unavailable", sentence);
  }
}

/** What forbids a process to start: a sentence for each fault, to be read by whoever starts it. It is no answer to anybody's request. */
export class CannotStart extends Error {
  constructor(
    readonly sentences: string[],
    heading = "Belfry cannot start:",
  ) {
    super([heading, ...sentences.map((sentence) => `  - ${sentence}`)].join("\n"));
    this.name = "CannotStart";
  }
}
