import type { Metadata } from "next";
import { PageHeader } from "@/components/shell/page-header";
import { Card, Fact, Facts } from "@/components/ui/card";
import { CopyText } from "@/components/ui/copy-text";
import { EmptyState } from "@/components/ui/empty-state";
import { Pager } from "@/components/ui/pager";
import type { Environment } from "@/lib/domain/environment";
import { listEnvironments } from "@/lib/environments/list-environments";
import { paths } from "@/lib/paths";
import { ask } from "../../ask";

export const metadata: Metadata = { title: "Environments" };

type EnvironmentsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function EnvironmentsPage({ searchParams }: EnvironmentsPageProps) {
  const search = await searchParams;
  const cursor = typeof search.cursor === "string" ? search.cursor : undefined;
  const { rows, nextCursor } = await ask(paths.environments({ cursor }), (actor) => listEnvironments({ actor, cursor }));
  return (
    <>
      <PageHeader title="Environments" lead="Where jobs run, as this deployment's settings say. They are changed there, not here." />
      {rows.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState title="No environment yet">The worker writes the one that its settings describe when it starts.</EmptyState>
        </div>
      ) : (
        <div className="grid gap-4">
          {rows.map((environment) => (
            <EnvironmentCard key={environment.id} environment={environment} />
          ))}
        </div>
      )}
      {nextCursor || cursor ? (
        <Pager
          first={cursor ? paths.environments() : null}
          next={nextCursor ? paths.environments({ cursor: nextCursor }) : null}
          words="By name, 20 to a page"
        />
      ) : null}
    </>
  );
}

function EnvironmentCard({ environment }: { environment: Environment }) {
  const named: [string, string | null, string][] = [
    ["Cluster", environment.clusterArn, "the cluster's ARN"],
    ["Schedule group", environment.scheduleGroup, "the schedule group"],
    ["Scheduler's role", environment.schedulerRoleArn, "the Scheduler's role"],
    ["Execution role", environment.executionRoleArn, "the execution role"],
    ["Task role", environment.taskRoleArn, "the task role"],
    ["Events arrive at", environment.eventQueueUrl, "the queue's address"],
    ["Refused starts arrive at", environment.deadLetterQueueUrl, "the dead-letter queue's address"],
    ["Log group", environment.logGroup, "the log group"],
  ];
  return (
    <Card title={environment.name} id={`environment-${environment.id}`} aside={`${environment.region} · ${environment.accountId}`}>
      <Facts>
        {named.map(([name, value, what]) => (
          <Fact key={name} name={name}>
            {value ? <CopyText text={value} what={what} className="text-ink" /> : <span className="text-ink-3">none</span>}
          </Fact>
        ))}
        <Fact name="Subnets">
          <Ids ids={environment.subnets} what="the subnet" />
        </Fact>
        <Fact name="Security groups">
          <Ids ids={environment.securityGroups} what="the security group" />
        </Fact>
        <Fact name="Public address">{environment.assignPublicIp ? "each task gets one" : "none"}</Fact>
        <Fact name="History is kept">{`${environment.historyDays} days`}</Fact>
      </Facts>
    </Card>
  );
}

function Ids({ ids, what }: { ids: string[]; what: string }) {
  if (ids.length === 0) return <span className="text-ink-3">none</span>;
  return (
    <span className="flex flex-wrap gap-x-4 gap-y-1">
      {ids.map((id) => (
        <CopyText key={id} text={id} what={what} className="text-ink" />
      ))}
    </span>
  );
}
