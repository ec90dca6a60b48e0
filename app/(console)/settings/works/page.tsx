import type { Metadata } from "next";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader, Section } from "@/components/shell/page-header";
import { EmptyState } from "@/components/ui/empty-state";
import { Pager } from "@/components/ui/pager";
import { TimeText } from "@/components/ui/time-text";
import { GapList } from "@/components/works/gap-list";
import { RoundTable } from "@/components/works/round-table";
import { SetAsideList } from "@/components/works/set-aside-list";
import { listEnvironments } from "@/lib/environments/list-environments";
import { listUnread, listWorks } from "@/lib/environments/list-works";
import { paths } from "@/lib/paths";
import { ask } from "../../ask";
import { reasonNotTo } from "../../reason-not-to";
import { dismissMessageAction } from "./actions";

export const metadata: Metadata = { title: "Works" };

type WorksPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function WorksPage({ searchParams }: WorksPageProps) {
  const search = await searchParams;
  const markOf = (name: string) => (typeof search[name] === "string" ? search[name] : undefined);
  const [cursor, gapCursor, roundCursor] = [markOf("cursor"), markOf("gaps"), markOf("rounds")];
  const here = { cursor, gaps: gapCursor, rounds: roundCursor };
  const { works, environments, unread, mayNotDismiss } = await ask(paths.works(here), async (actor) => {
    const [works, environments, unread] = await Promise.all([
      listWorks({ actor, cursor: roundCursor }),
      listEnvironments({ actor, limit: 100 }),
      listUnread({ actor, cursor, gapCursor }),
    ]);
    return { works, environments, unread, mayNotDismiss: reasonNotTo(actor, "manage environments") };
  });
  const { setAside, gaps } = unread;
  const environmentNames = new Map(environments.rows.map(({ id, name }) => [id, name]));
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
        <RoundTable rounds={works.rounds} environmentNames={environmentNames} />
      )}
      {works.nextCursor || roundCursor ? (
        <Pager
          first={roundCursor ? paths.works({ ...here, rounds: undefined }) : null}
          next={works.nextCursor ? paths.works({ ...here, rounds: works.nextCursor }) : null}
          words="By name, 50 to a page"
        />
      ) : null}
      {setAside.rows.length > 0 || cursor ? (
        <div className="mt-6">
          <Section id="set-aside" title="Set aside" aside={`${setAside.total.toLocaleString("en-US")} kept`}>
            <p className="mb-2 max-w-[68ch] text-ink-2 text-sm">
              Messages that are no part of the history, because nobody could read them or they are not about Belfry's jobs. They hold
              nothing up and are kept as long as the history is.
            </p>
            {setAside.rows.length > 0 ? (
              <SetAsideList messages={setAside.rows} reason={mayNotDismiss} dismiss={dismissMessageAction} />
            ) : null}
            {setAside.nextCursor || cursor ? (
              <Pager
                first={cursor ? paths.works({ ...here, cursor: undefined }) : null}
                next={setAside.nextCursor ? paths.works({ ...here, cursor: setAside.nextCursor }) : null}
                nextWord="Older"
                words="Newest first, 10 to a page"
              />
            ) : null}
          </Section>
        </div>
      ) : null}
      {gaps.rows.length > 0 || gapCursor ? (
        <div className="mt-6">
          <Section id="gaps" title="Times in which nobody looked" aside="The last 30 days">
            {gaps.rows.length > 0 ? <GapList gaps={gaps.rows} environmentNames={environmentNames} /> : null}
            {gaps.nextCursor || gapCursor ? (
              <Pager
                first={gapCursor ? paths.works({ ...here, gaps: undefined }) : null}
                next={gaps.nextCursor ? paths.works({ ...here, gaps: gaps.nextCursor }) : null}
                nextWord="Older"
                words="Newest first, 20 to a page"
              />
            ) : null}
          </Section>
        </div>
      ) : null}
      <LookAgain changing={false} />
    </>
  );
}
