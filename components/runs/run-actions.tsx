"use client";

import { Play, Repeat, Square } from "lucide-react";
import { useRouter } from "next/navigation";
import { useRef, useState } from "react";
import { toast } from "sonner";
import type { Outcome } from "@/components/shell/outcome";
import { ActionButton } from "@/components/ui/action-button";
import { Button } from "@/components/ui/button";
import { Dialog, DialogButtons } from "@/components/ui/dialog";
import { paths } from "@/lib/paths";

type RunActionsProps = {
  runId: string;
  slug: string;
  /** Why it cannot be done now; null where it can. */
  reasons: { stop: string | null; run: string | null };
  ended: boolean;
  /** Whether there was a task that can be run again as it was; else the job is run as it is now. */
  canRepeat: boolean;
  requestStop: (runId: string) => Promise<Outcome>;
  requestRun: (slug: string, requestKey: string, repeatOf: string | null) => Promise<Outcome<{ runId: string }>>;
};

/** Stop a run that goes on; run one again that has ended, or for the first time one that never was. */
export function RunActions({ runId, slug, reasons, ended, canRepeat, requestStop, requestRun }: RunActionsProps) {
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  // One key for one press: pressed twice, or sent again by a shaky line, it is still one run.
  const key = useRef<string | null>(null);

  async function stop() {
    setBusy(true);
    const outcome = await requestStop(runId).catch(unreachable);
    setBusy(false);
    setAsking(false);
    if (!outcome.ok) return void toast.error(outcome.sentence);
    toast.success("The stop is on its way. ECS sends SIGTERM, and SIGKILL some seconds later.");
    router.refresh();
  }

  async function run() {
    key.current ??= crypto.randomUUID();
    setBusy(true);
    const outcome = await requestRun(slug, key.current, canRepeat ? runId : null).catch(unreachable);
    setBusy(false);
    if (!outcome.ok) return void toast.error(outcome.sentence);
    key.current = null;
    router.push(paths.run(slug, outcome.value.runId));
  }

  return (
    <>
      <ActionButton variant={ended ? "plain" : "danger"} reason={reasons.stop} onClick={() => setAsking(true)}>
        <Square aria-hidden />
        Stop
      </ActionButton>
      <ActionButton variant={ended ? "primary" : "plain"} reason={reasons.run} busy={busy && !asking} onClick={() => void run()}>
        {canRepeat ? <Repeat aria-hidden /> : <Play aria-hidden />}
        {canRepeat ? "Run again as it was" : "Run now"}
      </ActionButton>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Stop this run?"
        description="ECS asks the container to end (SIGTERM) and kills it if it does not. What it has done so far stays done. The job's schedule is not touched: the next run comes at its moment."
      >
        <DialogButtons>
          <Button onClick={() => setAsking(false)}>Let it run</Button>
          <ActionButton variant="danger-filled" busy={busy} onClick={() => void stop()}>
            Stop the run
          </ActionButton>
        </DialogButtons>
      </Dialog>
    </>
  );
}

const unreachable = (): { ok: false; sentence: string } => ({
  ok: false,
  sentence: "The browser could not reach Belfry. Nothing was changed: try again.",
});
