"use client";

import { CircleAlert } from "lucide-react";
import Link from "next/link";
import type { MouseEvent } from "react";
import { Button } from "@/components/ui/button";
import type { Fault } from "@/lib/domain/errors";
import { paths } from "@/lib/paths";

/** What stands in the way of saving, each sentence a way to its field. */
export function FaultSummary({ faults, refusal }: { faults: Fault[]; refusal: string | null }) {
  return (
    <div className="rounded-lg border border-bad/40 bg-bad-wash p-4">
      <p className="flex items-center gap-2 font-medium text-ink text-sm">
        <CircleAlert aria-hidden className="size-4 shrink-0 text-bad" strokeWidth={1.5} />
        {refusal ?? (faults.length === 1 ? "Not saved: one thing is wrong." : `Not saved: ${faults.length} things are wrong.`)}
      </p>
      {faults.length > 0 ? (
        <ul className="mt-2 flex flex-col gap-1 pl-6 text-sm">
          {faults.map((fault) => (
            <li key={`${fault.field} ${fault.sentence}`}>
              <a
                href={`#${fault.field.replaceAll(".", "-")}`}
                onClick={(event) => goToField(event, fault.field)}
                className="rounded-sm text-ink underline decoration-ink-3 underline-offset-2 hover:decoration-ink"
              >
                {fault.sentence}
              </a>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** The field may be a part of a control ("definition.command.3"): the nearest control that has an id gets the focus. */
function goToField(event: MouseEvent, field: string) {
  event.preventDefault();
  const parts = field.split(".");
  for (let count = parts.length; count > 0; count--) {
    const control = document.getElementById(parts.slice(0, count).join("-"));
    if (!control) continue;
    control.scrollIntoView({ block: "center" });
    control.focus({ preventScroll: true });
    return;
  }
  // The schedule's expression has no control of its own while the builder shows it.
  document.getElementById(field === "expression" ? "card-schedule" : "card-job")?.scrollIntoView({ block: "center" });
}

/** Somebody saved the job after this form was opened. */
export function StaleEdit({ slug, onOverwrite }: { slug: string; onOverwrite: () => void }) {
  return (
    <div className="rounded-lg border border-warn/40 bg-warn-wash p-4">
      <p className="flex items-center gap-2 font-medium text-ink text-sm">
        <CircleAlert aria-hidden className="size-4 shrink-0 text-warn" strokeWidth={1.5} />
        Not saved: somebody else changed this job while you were editing it.
      </p>
      <p className="mt-1 pl-6 text-ink-2 text-sm">
        What you typed is still here. Look at what is saved now, then take over what you need, or save yours over it; the other form stays
        among the revisions.
      </p>
      <div className="mt-3 flex flex-wrap gap-2 pl-6">
        <Button asChild size="small">
          <Link href={paths.job(slug)} target="_blank">
            Show what is saved now
          </Link>
        </Button>
        <Button size="small" variant="danger" onClick={onOverwrite}>
          Save mine over it
        </Button>
      </div>
    </div>
  );
}
