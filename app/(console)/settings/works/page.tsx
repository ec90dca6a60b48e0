import type { Metadata } from "next";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader } from "@/components/shell/page-header";
import { EmptyState } from "@/components/ui/empty-state";
import { TimeText } from "@/components/ui/time-text";
import { RoundTable } from "@/components/works/round-table";
import { listEnvironments } from "@/lib/environments/list-environments";
import { listWorks } from "@/lib/environments/list-works";
import { paths } from "@/lib/paths";
import { ask } from "../../ask";

export const metadata: Metadata = { title: "Works" };

export default async function WorksPage() {
  const { works, environments } = await ask(paths.works(), async (actor) => {
    const [works, environments] = await Promise.all([listWorks({ actor }), listEnvironments({ actor })]);
    return { works, environments };
  });
  return (
    <>
      <PageHeader
        title="Works"
        lead={
          <>
            What the worker does by itself, again and again: make AWS match what is saved, and write down what is seen. It was last seen{" "}
            {works.workerSeenAt ? <TimeText at={works.workerSeenAt} className="text-ink" /> : "never"}.
          </>
        }
      />
      {works.rounds.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState title="No round has been gone yet">Start the worker: its first rounds come within a minute.</EmptyState>
        </div>
      ) : (
        <RoundTable rounds={works.rounds} environmentNames={new Map(environments.map(({ id, name }) => [id, name]))} />
      )}
      <LookAgain changing={false} />
    </>
  );
}
