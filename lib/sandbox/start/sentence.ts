/** Something that whoever starts Belfry has to know or do: shown as it is, without a stack. */
export class Sentence extends Error {}
