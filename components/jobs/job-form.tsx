"use client";

import { Plus, X } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { type FormEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { toast } from "sonner";
import type { Outcome } from "@/components/shell/outcome";
import { ActionButton } from "@/components/ui/action-button";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { useMinute } from "@/components/ui/viewer-clock";
import type { Fault } from "@/lib/domain/errors";
import { describeCpu, describeMemory, fargateSizes } from "@/lib/domain/fargate";
import type { JobInput } from "@/lib/domain/job";
import type { JobPreview } from "@/lib/jobs/preview-job";
import { paths } from "@/lib/paths";
import { parseSchedule } from "@/lib/schedule/parse";
import { ArgvField } from "./argv-field";
import { FaultSummary, StaleEdit } from "./fault-summary";
import { type JobDraft, suggestSlug, tidyFaults, toInput } from "./job-draft";
import { PreviewDrawer, PreviewPanel } from "./preview-panel";
import { ScheduleField } from "./schedule-field";
import { VariablesField } from "./variables-field";

export type SaveJob = (request: {
  slug: string | null;
  input: JobInput;
  expectedGeneration: number | null;
}) => Promise<Outcome<{ slug: string }>>;
export type PreviewJob = (request: { slug: string | null; input: JobInput }) => Promise<Outcome<JobPreview>>;

type JobFormProps = {
  initial: JobDraft;
  /** What a new form can be filled with by one press. */
  example?: JobDraft;
  /** The job that is edited, as it was when the page was opened; null for a new one. */
  editing: { slug: string; generation: number } | null;
  timeZones: readonly string[];
  applications: readonly string[];
  save: SaveJob;
  preview: PreviewJob;
  /** Why this person cannot save; null for who can. */
  reason: string | null;
};

/** Everything about a job in one form; what it means stands beside it while it is written. */
export function JobForm({ initial, example, editing: opened, timeZones, applications, save, preview, reason }: JobFormProps) {
  const router = useRouter();
  // As it was when the form was opened: a page that is drawn again must not make an old form look fresh.
  const [editing] = useState(opened);
  const [draft, setDraft] = useState(initial);
  const [slugIsOwn, setSlugIsOwn] = useState(editing !== null);
  const [faults, setFaults] = useState<Fault[]>([]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [stale, setStale] = useState(false);
  const [saving, setSaving] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const minute = useMinute();

  const parsed = useMemo(
    () => parseSchedule(draft.expression, { timeZone: draft.timeZone, now: new Date(minute) }),
    [draft.expression, draft.timeZone, minute],
  );
  const dirty = draft !== initial && !saving;

  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  // A fault stands until its field is touched: then it would speak of what is not there any more.
  const change = useCallback((patch: Partial<JobDraft>, ...fields: string[]) => {
    setDraft((before) => ({ ...before, ...patch }));
    setFaults((before) => before.filter((fault) => !fields.some((field) => fault.field === field || fault.field.startsWith(`${field}.`))));
  }, []);

  const errorOf = useCallback(
    (field: string): string | null =>
      faults
        .filter((fault) => fault.field === field || fault.field.startsWith(`${field}.`))
        .map((fault) => fault.sentence)
        .join(" ") || null,
    [faults],
  );

  async function submit(overwrite = false) {
    const { input, faults: own } = toInput(draft);
    setRefusal(null);
    setStale(false);
    setFaults(own);
    if (own.length > 0) return showSummary();
    setSaving(true);
    const outcome = await save({
      slug: editing?.slug ?? null,
      input,
      expectedGeneration: overwrite ? null : (editing?.generation ?? null),
    }).catch(
      (): Outcome<never> => ({
        ok: false,
        word: "unavailable",
        sentence: "The browser could not reach Belfry. What you typed is still here: try again.",
        faults: [],
      }),
    );
    if (outcome.ok) {
      toast.success(editing ? "Saved. AWS follows in a moment." : "The job is saved. AWS follows in a moment.");
      router.push(paths.job(outcome.value.slug));
      return;
    }
    setSaving(false);
    setFaults(tidyFaults(outcome.faults, draft));
    if (outcome.word === "conflict" && outcome.faults.length === 0) setStale(true);
    else if (outcome.faults.length === 0) setRefusal(outcome.sentence);
    showSummary();
  }

  function showSummary() {
    requestAnimationFrame(() => {
      summary.current?.scrollIntoView({ block: "center" });
      summary.current?.focus({ preventScroll: true });
    });
  }

  const size = fargateSizes.find((candidate) => candidate.cpu === draft.cpu);

  function chooseCpu(cpu: number) {
    const next = fargateSizes.find((candidate) => candidate.cpu === cpu)?.memory ?? [];
    const memory = next.includes(draft.memory) ? draft.memory : (next.find((candidate) => candidate >= draft.memory) ?? next.at(-1) ?? 0);
    change({ cpu, memory }, "definition.cpu", "definition.memory");
  }

  return (
    <form
      noValidate
      aria-label={editing ? "Edit job" : "New job"}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className="grid items-start gap-x-6 gap-y-4 lg:grid-cols-[minmax(0,1fr)_384px]">
        <div className="flex min-w-0 flex-col gap-4">
          <div ref={summary} tabIndex={-1} role="alert" className="outline-none empty:hidden">
            {stale && editing ? <StaleEdit slug={editing.slug} onOverwrite={() => void submit(true)} /> : null}
            {faults.length > 0 || refusal ? <FaultSummary faults={faults} refusal={refusal} /> : null}
          </div>

          <Card
            title="Job"
            id="card-job"
            aside={
              example && draft === initial ? (
                <Button size="small" variant="ghost" onClick={() => setDraft(example)}>
                  Fill in an example
                </Button>
              ) : null
            }
          >
            <div className="grid gap-4 sm:grid-cols-2">
              <Field id="name" label="Name" error={errorOf("name")}>
                {(control) => (
                  <Input
                    {...control}
                    value={draft.name}
                    placeholder="Nightly report"
                    onChange={(event) => {
                      const name = event.target.value;
                      change(slugIsOwn ? { name } : { name, slug: suggestSlug(name) }, "name", ...(slugIsOwn ? [] : ["slug"]));
                    }}
                  />
                )}
              </Field>
              <Field
                id="slug"
                label="Address"
                error={errorOf("slug")}
                hint={draft.slug ? `This job's page: ${paths.job(draft.slug)}` : "Where this job's page is found; the name suggests one."}
              >
                {(control) => (
                  <Input
                    {...control}
                    className="mono"
                    value={draft.slug}
                    spellCheck={false}
                    autoCapitalize="none"
                    onChange={(event) => {
                      setSlugIsOwn(true);
                      change({ slug: event.target.value }, "slug");
                    }}
                  />
                )}
              </Field>
              <Field
                id="application"
                label="Application"
                optional
                error={errorOf("application")}
                hint="Jobs of one application share task definitions. Its own address, if left empty."
              >
                {(control) => (
                  <>
                    <Input
                      {...control}
                      value={draft.application}
                      list="applications"
                      placeholder={draft.slug}
                      onChange={(event) => change({ application: event.target.value }, "application")}
                    />
                    <datalist id="applications">
                      {applications.map((application) => (
                        <option key={application} value={application} />
                      ))}
                    </datalist>
                  </>
                )}
              </Field>
              <Field id="description" label="Description" optional error={errorOf("description")} className="sm:col-span-2">
                {(control) => (
                  <Textarea
                    {...control}
                    rows={2}
                    value={draft.description}
                    placeholder="What it does, and whom to ask when it fails"
                    onChange={(event) => change({ description: event.target.value }, "description")}
                  />
                )}
              </Field>
              <LabelsField draft={draft} change={change} error={errorOf("labels")} />
            </div>
          </Card>

          <Card title="Schedule" id="card-schedule">
            <ScheduleField
              expression={draft.expression}
              timeZone={draft.timeZone}
              timeZones={timeZones}
              parsed={parsed}
              onExpressionChange={(expression) => change({ expression }, "expression")}
              onTimeZoneChange={(timeZone) => change({ timeZone }, "timeZone")}
              expressionError={errorOf("expression")}
              timeZoneError={errorOf("timeZone")}
            />
          </Card>

          <Card title="Container" id="card-container">
            <div className="flex flex-col gap-4">
              <Field
                id="definition-image"
                label="Image"
                error={errorOf("definition.image")}
                hint="repository:tag, or repository@sha256:… to pin exactly these bytes"
              >
                {(control) => (
                  <Input
                    {...control}
                    className="mono"
                    value={draft.image}
                    spellCheck={false}
                    autoCapitalize="none"
                    autoComplete="off"
                    placeholder="123456789012.dkr.ecr.eu-central-1.amazonaws.com/report:1.4"
                    onChange={(event) => change({ image: event.target.value }, "definition.image")}
                  />
                )}
              </Field>
              <ArgvField
                id="definition-command"
                label="Command"
                hint="As in a terminal, but without a shell. The image's own command, if left empty."
                placeholder="node report.js --since yesterday"
                line={draft.command}
                onChange={(command) => change({ command }, "definition.command")}
                error={errorOf("definition.command")}
              />
              <ArgvField
                id="definition-entryPoint"
                label="Entry point"
                hint="What the command is handed to. The image's own, if left empty."
                placeholder="/bin/sh -c"
                line={draft.entryPoint}
                onChange={(entryPoint) => change({ entryPoint }, "definition.entryPoint")}
                error={errorOf("definition.entryPoint")}
              />
            </div>
          </Card>

          <Card
            title="Environment"
            id="card-environment"
            lead="Secrets stay in Secrets Manager or Parameter Store: Belfry keeps only the reference."
          >
            <VariablesField
              variables={draft.variables}
              onChange={(variables) => change({ variables }, "definition.environment", "definition.secrets")}
              errorOf={errorOf}
            />
          </Card>

          <div className="grid gap-4 sm:grid-cols-2">
            <Card title="Size" id="card-size">
              <div className="grid grid-cols-2 gap-3">
                <Field id="definition-cpu" label="CPU" error={errorOf("definition.cpu")}>
                  {(control) => (
                    <Select
                      {...control}
                      value={String(draft.cpu)}
                      onValueChange={(cpu) => chooseCpu(Number(cpu))}
                      options={fargateSizes.map(({ cpu }) => ({ value: String(cpu), label: describeCpu(cpu) }))}
                    />
                  )}
                </Field>
                <Field id="definition-memory" label="Memory" error={errorOf("definition.memory")}>
                  {(control) => (
                    <Select
                      {...control}
                      value={String(draft.memory)}
                      onValueChange={(memory) => change({ memory: Number(memory) }, "definition.memory")}
                      options={(size?.memory ?? [draft.memory]).map((memory) => ({ value: String(memory), label: describeMemory(memory) }))}
                    />
                  )}
                </Field>
              </div>
              <p className="mt-2 text-ink-3 text-xs">The memory on offer follows the CPU: Fargate takes only these pairs.</p>
            </Card>
            <Card title="If AWS cannot start it" id="card-start">
              <div className="grid grid-cols-2 gap-3">
                <Field id="policies-maximumRetryAttempts" label="Further tries" error={errorOf("policies.maximumRetryAttempts")}>
                  {(control) => (
                    <Input
                      {...control}
                      inputMode="numeric"
                      value={draft.maximumRetryAttempts}
                      onChange={(event) => change({ maximumRetryAttempts: event.target.value }, "policies.maximumRetryAttempts")}
                    />
                  )}
                </Field>
                <Field id="policies-maximumEventAgeSeconds" label="For, in minutes" error={errorOf("policies.maximumEventAgeSeconds")}>
                  {(control) => (
                    <Input
                      {...control}
                      inputMode="decimal"
                      value={draft.maximumEventAgeMinutes}
                      onChange={(event) => change({ maximumEventAgeMinutes: event.target.value }, "policies.maximumEventAgeSeconds")}
                    />
                  )}
                </Field>
              </div>
              <p className="mt-2 text-ink-3 text-xs">Of the start only: a container that fails is not started again by this.</p>
            </Card>
          </div>
        </div>

        <aside aria-label="Preview" className="sticky top-6 hidden lg:block">
          <PreviewPanel draft={draft} slug={editing?.slug ?? null} parsed={parsed} now={minute} preview={preview} />
        </aside>
      </div>

      <div className="sticky bottom-0 z-20 -mx-4 mt-4 flex items-center justify-end gap-2 border-line border-t bg-ground px-4 py-3 sm:-mx-6 sm:px-6 lg:mx-0 lg:px-0">
        <PreviewDrawer draft={draft} slug={editing?.slug ?? null} parsed={parsed} now={minute} preview={preview} />
        <Button asChild variant="ghost" className="max-sm:hidden">
          <Link href={editing ? paths.job(editing.slug) : paths.jobs()}>Cancel</Link>
        </Button>
        <ActionButton type="submit" variant="primary" busy={saving} reason={reason}>
          {saving ? "Saving" : "Save and apply"}
        </ActionButton>
      </div>
    </form>
  );
}

type LabelsFieldProps = { draft: JobDraft; change: (patch: Partial<JobDraft>, ...fields: string[]) => void; error: string | null };

function LabelsField({ draft: { labels }, change, error }: LabelsFieldProps) {
  const set = (next: JobDraft["labels"]) => change({ labels: next }, "labels");
  return (
    <div className="sm:col-span-2">
      <p className="mb-1 flex items-baseline gap-1.5 font-medium text-ink text-sm">
        Labels <span className="font-normal text-ink-3 text-xs">optional</span>
      </p>
      <ul aria-label="Labels" className="flex flex-col gap-2 empty:hidden">
        {labels.map((label, index) => (
          <li key={label.key} className="grid grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto] gap-2">
            <Input
              id={index === 0 ? "labels" : undefined}
              aria-label={`Name of label ${index + 1}`}
              aria-describedby={error ? "labels-error" : undefined}
              placeholder="team"
              value={label.name}
              onChange={(event) => set(labels.map((other) => (other === label ? { ...label, name: event.target.value } : other)))}
            />
            <Input
              aria-label={`Value of label ${index + 1}`}
              placeholder="billing"
              value={label.value}
              onChange={(event) => set(labels.map((other) => (other === label ? { ...label, value: event.target.value } : other)))}
            />
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove label ${label.name || index + 1}`}
              onClick={() => set(labels.filter((other) => other !== label))}
            >
              <X aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      {error ? (
        <p id="labels-error" className="mt-1 text-bad text-xs">
          {error}
        </p>
      ) : null}
      <Button
        size="small"
        className={labels.length > 0 ? "mt-2" : undefined}
        onClick={() => set([...labels, { key: Math.max(-1, ...labels.map(({ key }) => key)) + 1, name: "", value: "" }])}
      >
        <Plus aria-hidden />
        Add a label
      </Button>
    </div>
  );
}
