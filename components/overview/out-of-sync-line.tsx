import { RowLink } from "@/components/ui/row-link";
import { Shape } from "@/components/ui/shape";
import type { Overview } from "@/lib/jobs/get-overview";
import { paths } from "@/lib/paths";

/** Jobs on their way into AWS: nothing to do, but not there yet. */
export function OutOfSyncLine({ outOfSync, onTheWayCount }: Pick<Overview, "outOfSync" | "onTheWayCount">) {
  const onTheWay = outOfSync.filter(({ sync }) => sync === "saved" || sync === "applied" || sync === "removing");
  if (onTheWay.length === 0) return null;
  const named = onTheWay.slice(0, 3);
  return (
    <p className="flex gap-2.5 border-line border-t px-4 py-2.5 text-ink-2 text-sm">
      <Shape shape="dashes" tone="busy" className="mt-0.5" />
      <span className="min-w-0 break-words">
        On the way to AWS:{" "}
        {named.map(({ id, slug, name, deletedAt }, index) => (
          <span key={id}>
            {index > 0 ? ", " : ""}
            {deletedAt ? (
              `${name} (being removed)`
            ) : (
              <RowLink
                href={paths.job(slug)}
                className="rounded-sm text-ink underline decoration-line-strong underline-offset-2 hover:decoration-ink"
              >
                {name}
              </RowLink>
            )}
          </span>
        ))}
        {onTheWayCount > named.length ? (
          <>
            {" "}
            and{" "}
            <RowLink
              href={paths.jobs({ state: "out-of-sync" })}
              className="rounded-sm text-ink underline decoration-line-strong underline-offset-2 hover:decoration-ink"
            >
              {(onTheWayCount - named.length).toLocaleString("en-US")} more
            </RowLink>
          </>
        ) : null}
      </span>
    </p>
  );
}
