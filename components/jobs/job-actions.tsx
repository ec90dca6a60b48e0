"use client";

import { Pause, Pencil, Play, SkipForward, Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useRef, useState } from "react";
import { toast } from "sonner";
import type { Outcome } from "@/components/shell/outcome";
import { ActionButton } from "@/components/ui/action-button";
import { Button } from "@/components/ui/button";
import { Dialog, DialogButtons } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { paths } from "@/lib/paths";

type JobActionsProps = {
  job: { slug: string; name: string; paused: boolean };
  /** Why this person cannot do it; null where they can. */
  reasons: { run: string | null; pause: string | null; edit: string | null; delete: string | null };
  requestRun: (slug: string, requestKey: string, repeatOf: string | null) => Promise<Outcome<{ runId: string }>>;
  pause: (slug: string, reason: string) => Promise<Outcome>;
  resume: (slug: string) => Promise<Outcome>;
  remove: (slug: string, typedName: string) => Promise<Outcome>;
};

const unreachable = (): { ok: false; sentence: string } => ({
  ok: false,
  sentence: "The browser could not reach Belfry. Nothing was changed: try again.",
});

/** What can be done with a job. What cannot be done now stays in sight, with its reason. */
export function JobActions({ job, reasons, requestRun, pause, resume, remove }: JobActionsProps) {
  const router = useRouter();
  const [busy, setBusy] = useState<"run" | "resume" | null>(null);
  const [dialog, setDialog] = useState<"pause" | "delete" | null>(null);
  // One key for one press: pressed twice, or sent again by a shaky line, it is still one run.
  const key = useRef<string | null>(null);

  async function run() {
    key.current ??= crypto.randomUUID();
    setBusy("run");
    const outcome = await requestRun(job.slug, key.current, null).catch(unreachable);
    setBusy(null);
    if (!outcome.ok) return void toast.error(outcome.sentence);
    key.current = null;
    router.push(paths.run(job.slug, outcome.value.runId));
  }

  async function goOn() {
    setBusy("resume");
    const outcome = await resume(job.slug).catch(unreachable);
    setBusy(null);
    if (!outcome.ok) return void toast.error(outcome.sentence);
    toast.success("Resumed. It runs again from its next moment on.");
    router.refresh();
  }

  return (
    <>
      <ActionButton variant="primary" reason={reasons.run} busy={busy === "run"} onClick={() => void run()}>
        <Play aria-hidden />
        Run now
      </ActionButton>
      {job.paused ? (
        <ActionButton reason={reasons.pause} busy={busy === "resume"} onClick={() => void goOn()}>
          <SkipForward aria-hidden />
          Resume
        </ActionButton>
      ) : (
        <ActionButton reason={reasons.pause} onClick={() => setDialog("pause")}>
          <Pause aria-hidden />
          Pause
        </ActionButton>
      )}
      <ActionButton reason={reasons.edit} onClick={() => router.push(paths.editJob(job.slug))}>
        <Pencil aria-hidden />
        Edit
      </ActionButton>
      <ActionButton variant="danger" size="icon" aria-label="Delete" reason={reasons.delete} onClick={() => setDialog("delete")}>
        <Trash2 aria-hidden />
      </ActionButton>
      <PauseDialog open={dialog === "pause"} onClose={() => setDialog(null)} job={job} pause={pause} />
      <DeleteDialog open={dialog === "delete"} onClose={() => setDialog(null)} job={job} remove={remove} />
    </>
  );
}

type DialogProps = { open: boolean; onClose: () => void; job: JobActionsProps["job"] };

function PauseDialog({ open, onClose, job, pause }: DialogProps & Pick<JobActionsProps, "pause">) {
  const router = useRouter();
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason") ?? "");
    setBusy(true);
    const outcome = await pause(job.slug, reason).catch(unreachable);
    setBusy(false);
    if (!outcome.ok) return setFault(outcome.sentence);
    onClose();
    toast.success("Paused. Its schedule in AWS is being switched off.");
    router.refresh();
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => next || onClose()}
      title={`Pause ${job.name}?`}
      description="Its schedule in AWS is switched off until somebody resumes it. A run that goes on is not stopped, and Run now still works."
    >
      <form onSubmit={(event) => void submit(event)} className="mt-4">
        <Field id="pause-reason" label="Reason" optional error={fault} hint="Stands on the job for everybody, until it is resumed.">
          {(control) => <Textarea {...control} name="reason" rows={2} maxLength={500} placeholder="Database upgrade until Friday" />}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <ActionButton type="submit" variant="primary" busy={busy}>
            Pause the job
          </ActionButton>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ open, onClose, job, remove }: DialogProps & Pick<JobActionsProps, "remove">) {
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    const outcome = await remove(job.slug, typed).catch(unreachable);
    setBusy(false);
    if (!outcome.ok) return setFault(outcome.sentence);
    toast.success(`${job.name} is deleted. Its schedule in AWS is being removed; its runs are kept.`);
    router.push(paths.jobs());
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => next || onClose()}
      title={`Delete ${job.name}?`}
      description="Its schedule is removed from AWS and its task-definition revisions are retired. A run that goes on is not stopped; the history of its runs stays. This cannot be undone: the job would have to be written anew."
    >
      <form onSubmit={(event) => void submit(event)} className="mt-4">
        <Field
          id="typed-name"
          error={fault}
          label={
            <span>
              Type <span className="select-all font-semibold">{job.name}</span> to delete it
            </span>
          }
        >
          {(control) => (
            <Input
              {...control}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => {
                setTyped(event.target.value);
                setFault(null);
              }}
            />
          )}
        </Field>
        <DialogButtons>
          <Button onClick={onClose}>Keep it</Button>
          <ActionButton
            type="submit"
            variant="danger-filled"
            busy={busy}
            reason={typed.trim() === job.name ? null : "The name is not typed yet."}
          >
            Delete the job
          </ActionButton>
        </DialogButtons>
      </form>
    </Dialog>
  );
}
