/** One line for each step, with the seconds that it took. */
export class Progress {
  private readonly startedAt = Date.now();

  constructor(private readonly write: (line: string) => void) {}

  /** Does a step and writes its line: the words that `work` answers, or those given; null is nothing to tell. */
  async step(what: string, work: () => Promise<string | null | undefined>): Promise<void> {
    const from = Date.now();
    const answer = await work();
    const words = answer === undefined ? what : answer;
    if (words === null) return;
    this.write(`${seconds(Date.now() - from).padStart(7)}  ${words}`);
  }

  /** Something worth knowing that is no step. */
  note(sentence: string): void {
    this.write(`         ${sentence}`);
  }

  /** Since the first line. */
  total(): string {
    return seconds(Date.now() - this.startedAt);
  }
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
