import { KeyRound } from "lucide-react";
import { Fact, Facts } from "@/components/ui/card";
import { CopyText } from "@/components/ui/copy-text";
import type { Environment } from "@/lib/domain/environment";
import { describeCpu, describeMemory } from "@/lib/domain/fargate";
import type { Job } from "@/lib/domain/job";
import { visibleText } from "@/lib/domain/plain-line";
import { formatArgv } from "./argv";
import { CommandText } from "./command-text";

/** What runs, as it is saved. Secrets are references: there is no value to show. */
export function DefinitionFacts({ job, environment }: { job: Job; environment: Environment }) {
  const { definition } = job;
  const labels = Object.entries(job.labels);
  return (
    <Facts>
      <Fact name="Image">
        <CopyText text={definition.image} what="the image" wrap className="text-ink" />
      </Fact>
      {definition.entryPoint.length > 0 ? (
        <Fact name="Entry point">
          <CommandText text={formatArgv(definition.entryPoint)} what="the entry point" />
        </Fact>
      ) : null}
      <Fact name="Command">
        {definition.command.length > 0 ? (
          <CommandText text={formatArgv(definition.command)} what="the command" />
        ) : (
          <span className="text-ink-3">the image's own</span>
        )}
      </Fact>
      <Fact name="Size">{`${describeCpu(definition.cpu)}, ${describeMemory(definition.memory)}`}</Fact>
      {definition.environment.length > 0 || definition.secrets.length > 0 ? (
        <Fact name="Variables">
          <ul className="flex flex-col gap-0.5">
            {definition.environment.map(({ name, value }) => (
              <li key={name} className="mono truncate" title={`${name}=${value}`}>
                {name}
                <span className="text-ink-3">=</span>
                <span className="text-ink-2">{visibleText(value)}</span>
              </li>
            ))}
            {definition.secrets.map(({ name, valueFrom }) => (
              <li key={name} className="mono flex min-w-0 items-center gap-1.5" title={valueFrom}>
                <KeyRound aria-label="Secret" className="size-3 shrink-0 text-ink-3" strokeWidth={1.5} />
                <span className="truncate">
                  {name} <span className="text-ink-3">from</span> <span className="text-ink-2">{valueFrom}</span>
                </span>
              </li>
            ))}
          </ul>
        </Fact>
      ) : null}
      <Fact name="Schedule">
        <CopyText text={job.expression} what="the expression" className="text-ink" />
        <span className="block text-ink-3 text-xs">{job.timeZone}</span>
      </Fact>
      <Fact name="Application">{job.application}</Fact>
      {labels.length > 0 ? (
        <Fact name="Labels">
          <span className="flex flex-wrap gap-1">
            {labels.map(([name, value]) => (
              <span key={name} className="rounded-sm bg-still-wash px-1.5 text-xs leading-5">
                <span className="text-ink-3">{name}</span> {value}
              </span>
            ))}
          </span>
        </Fact>
      ) : null}
      <Fact name="If not started">
        {job.policies.maximumRetryAttempts === 0
          ? "no further try"
          : `${job.policies.maximumRetryAttempts} further tries within ${Math.round(job.policies.maximumEventAgeSeconds / 60)} min`}
      </Fact>
      <Fact name="Revision">
        {job.taskDefinitionArn ? (
          <CopyText
            text={job.taskDefinitionArn}
            shown={job.taskDefinitionArn.split("/").at(-1)}
            what="the revision's ARN"
            className="text-ink"
          />
        ) : (
          <span className="text-ink-3">none yet</span>
        )}
      </Fact>
      <Fact name="Runs in">{`${environment.name}, ${environment.region}`}</Fact>
    </Facts>
  );
}
