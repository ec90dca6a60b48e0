"use client";

import { ChevronUp } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Sheet } from "@/components/ui/dialog";
import { Skeleton } from "@/components/ui/skeleton";
import type { JobPreview } from "@/lib/jobs/preview-job";
import type { ParsedSchedule } from "@/lib/schedule/parse";
import { type JobDraft, tidyFaults, toInput } from "./job-draft";
import type { PreviewJob } from "./job-form";
import { PreviewSummary, SchedulePreview } from "./schedule-preview";

type PreviewProps = { draft: JobDraft; slug: string | null; parsed: ParsedSchedule; now: number; preview: PreviewJob };

/** What saving would mean: when it runs, and what changes in AWS. */
export function PreviewPanel(props: PreviewProps) {
  return (
    <Card title="Preview" id="preview" className="max-h-[calc(100dvh-120px)] overflow-y-auto">
      <PreviewParts {...props} />
    </Card>
  );
}

/** The preview on narrow screens: one line that stays in sight, and the whole behind it. */
export function PreviewDrawer(props: PreviewProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className="mr-auto min-w-0 flex-1 lg:hidden">
      <Button variant="ghost" aria-expanded={open} onClick={() => setOpen(true)} className="max-w-full justify-start px-1">
        <ChevronUp aria-hidden />
        <span className="min-w-0 truncate font-normal">
          <PreviewSummary parsed={props.parsed} timeZone={props.draft.timeZone} now={props.now} />
        </span>
      </Button>
      <Sheet open={open} onOpenChange={setOpen} title="Preview" side="bottom">
        <div className="p-4">
          <PreviewParts {...props} />
          <Button className="mt-4 w-full" onClick={() => setOpen(false)}>
            Back to the form
          </Button>
        </div>
      </Sheet>
    </div>
  );
}

function PreviewParts({ draft, slug, parsed, now, preview }: PreviewProps) {
  return (
    <div className="flex flex-col gap-4">
      <SchedulePreview parsed={parsed} timeZone={draft.timeZone} now={now} />
      <div className="border-line border-t pt-3">
        <h3 className="eyebrow mb-1.5">{slug === null ? "What is made in AWS" : "What changes in AWS"}</h3>
        <Changes draft={draft} slug={slug} preview={preview} />
      </div>
    </div>
  );
}

type Answer = { of: JobDraft; preview: JobPreview | null; sentence: string | null };

function Changes({ draft, slug, preview }: Pick<PreviewProps, "draft" | "slug" | "preview">) {
  const [answer, setAnswer] = useState<Answer | null>(null);

  useEffect(() => {
    let wanted = true;
    const timer = setTimeout(async () => {
      const outcome = await preview({ slug, input: toInput(draft).input }).catch(() => null);
      if (!wanted) return;
      if (outcome?.ok) setAnswer({ of: draft, preview: outcome.value, sentence: null });
      else setAnswer({ of: draft, preview: null, sentence: outcome?.sentence ?? "Belfry could not be asked just now." });
    }, 400);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [draft, slug, preview]);

  if (!answer)
    return (
      <div className="flex flex-col gap-2 py-1">
        <Skeleton className="h-3.5 w-4/5" />
        <Skeleton className="h-3.5 w-3/5" />
      </div>
    );
  if (!answer.preview) return <p className="text-ink-2 text-sm">{answer.sentence}</p>;
  const { changes } = answer.preview;
  const faults = tidyFaults(answer.preview.faults, answer.of);
  if (faults.length > 0)
    return (
      <p className="text-ink-2 text-sm">
        {faults.length === 1 ? "One field is not right yet" : `${faults.length} fields are not right yet`}; then the changes stand here.
      </p>
    );
  if (changes.length === 0) return <p className="text-ink-2 text-sm">Nothing: AWS has it like this already.</p>;
  return (
    <ul className="flex flex-col gap-1.5 text-ink-2 text-sm">
      {changes.map((change) => (
        <li key={change} className="min-w-0 break-words border-line border-l-2 pl-2.5">
          {change}
        </li>
      ))}
    </ul>
  );
}
