import { TimeText } from "@/components/ui/time-text";
import type { Overview } from "@/lib/jobs/get-overview";
import { type RibbonColumn, ribbonColumns, ribbonSum, ribbonTicks, ribbonWords } from "./ribbon-columns";

const columnWidth = 10;
const above = 36;
const below = 16;
const height = above + below + 2;

/** All runs of the last 24 hours, drawn on the server: what went well stands on the line, what went wrong hangs below it. */
export function DayRibbon({ lastDay, now }: Pick<Overview, "lastDay"> & { now: number }) {
  const columns = ribbonColumns(lastDay, now);
  const sum = ribbonSum(columns);
  const most = Math.max(1, ...columns.flatMap(({ good, bad, other }) => [good + other, bad]));
  const width = columns.length * columnWidth;
  return (
    <section aria-label="The last 24 hours" className="mb-6">
      <div className="relative border-brass-line border-r-2">
        <svg
          role="img"
          aria-label={`Runs of the last 24 hours: ${ribbonWords(sum)}.`}
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          className="block h-[54px] w-full"
        >
          <rect x="0" y={above} width={width} height="1" fill="var(--line-strong)" />
          {columns.map((column, index) => (
            <Column key={column.at} {...column} x={index * columnWidth} most={most} />
          ))}
        </svg>
      </div>
      <div aria-hidden className="relative mt-1 flex h-4 justify-between text-2xs text-ink-3">
        <span className="max-sm:invisible">24 h ago</span>
        {ribbonTicks(columns, now).map(({ at, share }) => (
          <span key={at} className="-translate-x-1/2 absolute" style={{ left: `${share * 100}%` }}>
            <TimeText at={at} form="short" />
          </span>
        ))}
        <span className="font-medium text-brass-ink">now</span>
      </div>
      {sum.bad > 0 ? <BadQuarters columns={columns} /> : null}
    </section>
  );
}

/** Heights fall with the square root, so that one crowded quarter does not flatten the day; a single run is still seen. */
function Column({ good, bad, other, x, most }: RibbonColumn & { x: number; most: number }) {
  if (good + bad + other === 0) return null;
  const risen = good + other > 0 ? Math.max(2, Math.sqrt((good + other) / most) * (above - 2)) : 0;
  const ofGood = (risen * good) / Math.max(1, good + other);
  return (
    <g>
      <title>{ribbonWords({ good, bad, other })}</title>
      <rect x={x} y="0" width={columnWidth} height={height} fill="transparent" />
      {good > 0 ? <rect x={x + 1.5} y={above - ofGood} width={columnWidth - 3} height={ofGood} fill="var(--good)" opacity="0.72" /> : null}
      {other > 0 ? (
        <rect x={x + 1.5} y={above - risen} width={columnWidth - 3} height={risen - ofGood} fill="var(--still)" opacity="0.55" />
      ) : null}
      {bad > 0 ? (
        <rect x={x + 1.5} y={above + 2} width={columnWidth - 3} height={Math.max(4, Math.sqrt(bad / most) * below)} fill="var(--bad)" />
      ) : null}
    </g>
  );
}

/** The same for who cannot see it: the quarters in which something went wrong. */
function BadQuarters({ columns }: { columns: readonly RibbonColumn[] }) {
  return (
    <div className="sr-only">
      <table>
        <caption>Quarters of an hour in which runs failed, were missed or lost</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Runs</th>
          </tr>
        </thead>
        <tbody>
          {columns
            .filter(({ bad }) => bad > 0)
            .map(({ at, ...counts }) => (
              <tr key={at}>
                <th scope="row">
                  <TimeText at={at} form="short" />
                </th>
                <td>{ribbonWords(counts)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
