"use client";

import { Plus, TriangleAlert, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field, FieldError } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Switch } from "@/components/ui/switch";
import { credentialWarning, type VariableDraft, variableField } from "./job-draft";

type VariablesFieldProps = {
  variables: VariableDraft[];
  onChange: (variables: VariableDraft[]) => void;
  errorOf: (field: string) => string | null;
};

/** Environment variables: plain values, or references to secrets that stay where they are. */
export function VariablesField({ variables, onChange, errorOf }: VariablesFieldProps) {
  function change(row: VariableDraft, patch: Partial<VariableDraft>) {
    onChange(variables.map((other) => (other === row ? { ...row, ...patch } : other)));
  }
  function add() {
    onChange([...variables, { key: Math.max(-1, ...variables.map(({ key }) => key)) + 1, name: "", value: "", secret: false }]);
  }
  return (
    <div className="flex flex-col gap-3">
      {variables.length === 0 ? <p className="text-ink-2 text-sm">No variables. What the command needs from outside is set here.</p> : null}
      <ul className="flex flex-col gap-3" aria-label="Environment variables">
        {variables.map((row, index) => (
          <VariableRow
            key={row.key}
            row={row}
            number={index + 1}
            field={variableField(variables, row)}
            errorOf={errorOf}
            onChange={(patch) => change(row, patch)}
            onRemove={() => onChange(variables.filter((other) => other !== row))}
          />
        ))}
      </ul>
      <div>
        <Button size="small" onClick={add}>
          <Plus aria-hidden />
          Add a variable
        </Button>
      </div>
    </div>
  );
}

type VariableRowProps = {
  row: VariableDraft;
  number: number;
  field: string;
  errorOf: (field: string) => string | null;
  onChange: (patch: Partial<VariableDraft>) => void;
  onRemove: () => void;
};

function VariableRow({ row, number, field, errorOf, onChange, onRemove }: VariableRowProps) {
  const id = field.endsWith(".-1") ? `variable-${row.key}` : field.replaceAll(".", "-");
  const valueField = `${field}.${row.secret ? "valueFrom" : "value"}`;
  const warning = credentialWarning(row);
  const rest = errorOf(field);
  const nameError = errorOf(`${field}.name`);
  const valueError = errorOf(valueField);
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-2 border-line border-b pb-3 last:border-b-0 last:pb-0 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto_auto]">
      <Field id={`${id}-name`} label={`Name of variable ${number}`} bare error={nameError} className="max-sm:col-span-2">
        {(control) => (
          <Input
            {...control}
            className="mono"
            placeholder="NAME"
            value={row.name}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        id={`${id}-${row.secret ? "valueFrom" : "value"}`}
        label={row.secret ? `Secret reference of variable ${number}` : `Value of variable ${number}`}
        bare
        error={valueError}
        className="max-sm:col-span-2"
      >
        {(control) => (
          <Input
            {...control}
            className="mono"
            placeholder={row.secret ? "arn:aws:secretsmanager:… or /parameter/name" : "value"}
            value={row.value}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            onChange={(event) => onChange({ value: event.target.value })}
          />
        )}
      </Field>
      <label htmlFor={`${id}-secret`} className="flex h-8 items-center gap-2 whitespace-nowrap text-ink-2 text-xs">
        <Switch id={`${id}-secret`} checked={row.secret} onCheckedChange={(secret) => onChange({ secret })} />
        Secret reference<span className="sr-only"> for variable {number}</span>
      </label>
      <Button variant="ghost" size="icon" aria-label={`Remove variable ${row.name || number}`} onClick={onRemove}>
        <X aria-hidden />
      </Button>
      {warning ? (
        <p className="col-span-full flex gap-1.5 text-ink-2 text-xs">
          <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0 text-warn" strokeWidth={1.5} />
          <span>{warning}</span>
        </p>
      ) : null}
      {rest && !nameError && !valueError ? (
        <div className="col-span-full">
          <FieldError sentence={rest} />
        </div>
      ) : null}
    </li>
  );
}
