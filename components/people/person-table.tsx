"use client";

import { useState } from "react";
import { toast } from "sonner";
import type { Outcome } from "@/components/shell/outcome";
import { ActionButton } from "@/components/ui/action-button";
import { Badge } from "@/components/ui/badge";
import { Select } from "@/components/ui/select";
import { Cell, Head, HeadRow, Row, Table } from "@/components/ui/table";
import { roles } from "@/lib/domain/actor";
import type { PersonRow } from "@/lib/people/list-people";

type Change = (personId: string, change: { role?: string; disabled?: boolean }) => Promise<Outcome>;

/** Everybody who may sign in, or may not any more. */
export function PersonTable({ people, ownId, change }: { people: readonly PersonRow[]; ownId: string; change: Change }) {
  const [busyId, setBusyId] = useState<string | null>(null);

  async function apply(person: PersonRow, what: { role?: string; disabled?: boolean }, done: string) {
    setBusyId(person.id);
    const outcome = await change(person.id, what).catch(() => null);
    setBusyId(null);
    if (outcome?.ok) toast.success(done);
    else toast.error(outcome?.sentence ?? "The browser could not reach Belfry. Nothing was changed: try again.");
  }

  return (
    <Table label="People">
      <HeadRow>
        <Head>Person</Head>
        <Head className="w-28 sm:w-40">Role</Head>
        <Head className="w-24 text-right sm:w-32">
          <span className="sr-only">What can be done</span>
        </Head>
      </HeadRow>
      <tbody>
        {people.map((person) => {
          const disabled = person.disabledAt !== null;
          return (
            <Row key={person.id}>
              <Cell className="py-2">
                <span className="flex flex-wrap items-center gap-x-2">
                  <span className={disabled ? "text-ink-3" : "font-medium text-ink"}>{person.name}</span>
                  {person.id === ownId ? <span className="text-ink-3 text-xs">you</span> : null}
                  {disabled ? <Badge>May not sign in</Badge> : null}
                </span>
                <span className="wrap-anywhere block text-ink-3 text-xs">{person.email}</span>
              </Cell>
              <Cell>
                <Select
                  aria-label={`Role of ${person.name}`}
                  value={person.role}
                  disabled={busyId === person.id}
                  onValueChange={(role) => void apply(person, { role }, `${person.name} is ${role} now.`)}
                  options={roles.map((role) => ({ value: role, label: role }))}
                />
              </Cell>
              <Cell className="text-right">
                <ActionButton
                  size="small"
                  variant={disabled ? "plain" : "danger"}
                  busy={busyId === person.id}
                  reason={person.id === ownId ? "You cannot lock yourself out: ask another admin." : null}
                  aria-label={disabled ? `Let ${person.name} in again` : `Let ${person.name} in no more`}
                  onClick={() =>
                    void apply(
                      person,
                      { disabled: !disabled },
                      disabled ? `${person.name} may sign in again.` : `${person.name} may not sign in any more.`,
                    )
                  }
                >
                  {disabled ? "Enable" : "Disable"}
                </ActionButton>
              </Cell>
            </Row>
          );
        })}
      </tbody>
    </Table>
  );
}
