/** One line of the table: what was measured, the figure, and the bound it is held against, if there is one. */
export type Figure = { what: string; figure: string; bound?: string; held?: boolean };

/** The value below which `share` of the samples lie. */
export function percentile(samples: number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** "median 12.3 ms, p95 20.1 ms, n = 50" */
export function describeSamples(samples: number[]): string {
  const ms = (value: number) => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
  return `median ${ms(percentile(samples, 0.5))}, p95 ${ms(percentile(samples, 0.95))}, n = ${samples.length}`;
}

/** Prints the figures as a table that can be pasted into the README. */
export function printFigures(figures: Figure[]): void {
  const rows = [
    ["measured", "figure", "bound"],
    ...figures.map(({ what, figure, bound = "", held }) => [what, figure, held === false ? `${bound} (MISSED)` : bound]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows.map(line);
  process.stdout.write(`\n${[head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n")}\n`);
}
