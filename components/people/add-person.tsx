"use client";

import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Outcome } from "@/components/shell/outcome";
import { ActionButton } from "@/components/ui/action-button";
import { Button } from "@/components/ui/button";
import { Dialog, DialogButtons } from "@/components/ui/dialog";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { Verbatim } from "@/components/ui/verbatim";
import { type Role, roles } from "@/lib/domain/actor";
import type { Fault } from "@/lib/domain/errors";

type Add = (input: { email: string; name: string; role: string }) => Promise<Outcome<{ email: string; password: string }>>;

/** A new account. Its password is made here and shown once. */
export function AddPerson({ add }: { add: Add }) {
  const [open, setOpen] = useState(false);
  const [role, setRole] = useState<Role>("viewer");
  const [faults, setFaults] = useState<Fault[]>([]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState<{ email: string; password: string } | null>(null);

  function show(next: boolean) {
    setOpen(next);
    setFaults([]);
    setRefusal(null);
    setAdded(null);
  }

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setBusy(true);
    const outcome = await add({ email: String(data.get("email")), name: String(data.get("name")), role }).catch(() => null);
    setBusy(false);
    if (outcome?.ok) return setAdded(outcome.value);
    setFaults(outcome?.faults ?? []);
    setRefusal(
      outcome && outcome.faults.length > 0
        ? null
        : (outcome?.sentence ?? "The browser could not reach Belfry. Nothing was changed: try again."),
    );
  }

  const errorOf = (field: string) => faults.find((fault) => fault.field === field)?.sentence ?? null;
  return (
    <>
      <Button variant="primary" onClick={() => show(true)}>
        <Plus aria-hidden />
        Add a person
      </Button>
      <Dialog
        open={open}
        onOpenChange={show}
        title={added ? `${added.email} may sign in` : "Add a person"}
        description={
          added ? "Hand this password over on a safe way. It is shown only now, and Belfry keeps no copy that could be read." : undefined
        }
      >
        {added ? (
          <div className="mt-4">
            <Verbatim text={added.password} what="the password" />
            <DialogButtons>
              <Button variant="primary" onClick={() => show(false)}>
                Done
              </Button>
            </DialogButtons>
          </div>
        ) : (
          <form noValidate onSubmit={(event) => void submit(event)} className="mt-4 flex flex-col gap-4">
            <Field id="person-email" label="E-mail" error={errorOf("email")}>
              {(control) => <Input {...control} name="email" type="email" autoComplete="off" />}
            </Field>
            <Field id="person-name" label="Name" error={errorOf("name")}>
              {(control) => <Input {...control} name="name" autoComplete="off" />}
            </Field>
            <Field id="person-role" label="Role" error={errorOf("role")}>
              {(control) => (
                <Select
                  {...control}
                  value={role}
                  onValueChange={(next) => setRole(roles.find((candidate) => candidate === next) ?? role)}
                  options={roles.map((candidate) => ({ value: candidate, label: candidate }))}
                />
              )}
            </Field>
            {refusal ? <FieldError sentence={refusal} /> : null}
            <DialogButtons>
              <Button onClick={() => show(false)}>Cancel</Button>
              <ActionButton type="submit" variant="primary" busy={busy}>
                Add the person
              </ActionButton>
            </DialogButtons>
          </form>
        )}
      </Dialog>
    </>
  );
}
