import type { Operation } from "./service";

type CommandClass = abstract new (...args: never[]) => { input: unknown };
/** What a command of the SDK's client answers, without the SDK's own notes about the call. */
type AnswerOf<Command> = Command extends { resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }> }
  ? Omit<Output, "$metadata">
  : never;

/**
 * One operation for each operation of a model, with the input and output types of the SDK's client.
 * A missing operation, or one of a wrong shape, does not compile.
 */
export type OperationsOf<Sdk, Model extends { operations: object }> = {
  [Name in keyof Model["operations"] & string]: `${Name}Command` extends keyof Sdk
    ? Sdk[`${Name}Command`] extends CommandClass
      ? Operation<InstanceType<Sdk[`${Name}Command`]>["input"], AnswerOf<InstanceType<Sdk[`${Name}Command`]>>>
      : never
    : never;
};
