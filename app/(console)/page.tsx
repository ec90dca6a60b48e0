import { BellRing, Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { ComingBoard } from "@/components/overview/coming-board";
import { DayRibbon } from "@/components/overview/day-ribbon";
import { NeedsYou } from "@/components/overview/needs-you";
import { OutOfSyncLine } from "@/components/overview/out-of-sync-line";
import { Recovered } from "@/components/overview/recovered";
import { RunningNowList } from "@/components/overview/running-now";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader, Section } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { may } from "@/lib/domain/actor";
import { getOverview } from "@/lib/jobs/get-overview";
import { paths } from "@/lib/paths";
import { ask } from "./ask";

export const metadata: Metadata = { title: "Overview" };

const board = "rounded-lg border border-line bg-surface";

export default async function OverviewPage() {
  const { overview, mayEdit } = await ask(paths.overview(), async (actor) => ({
    overview: await getOverview({ actor }),
    mayEdit: may(actor, "edit jobs"),
  }));
  const { late, running, runningCount, lastDay, coming, onTheWayCount, jobCount, pausedCount } = overview;
  if (jobCount === 0) return <FirstStart mayEdit={mayEdit} />;

  return (
    <>
      <PageHeader
        title="Overview"
        lead={`${jobCount.toLocaleString("en-US")} ${jobCount === 1 ? "job" : "jobs"}${pausedCount > 0 ? `, ${pausedCount.toLocaleString("en-US")} paused` : ""}`}
      />
      <DayRibbon lastDay={lastDay} now={Date.now()} />
      <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)]">
        <div className="flex min-w-0 flex-col gap-6">
          <Section id="needs-you" title="Needs you" aside="The last 24 hours">
            <div className={board}>
              <NeedsYou {...overview} />
              <OutOfSyncLine {...overview} />
              <Recovered {...overview} />
            </div>
          </Section>
          <Section id="running-now" title="Running now" aside={runningCount > 0 ? runningCount.toLocaleString("en-US") : null}>
            <div className={board}>
              <RunningNowList running={running} runningCount={runningCount} />
            </div>
          </Section>
        </div>
        <Section id="coming" title="Next" aside="By the clocks of where you are">
          <div className={board}>
            <ComingBoard coming={coming} />
          </div>
        </Section>
      </div>
      <LookAgain changing={running.length > 0 || late.length > 0 || onTheWayCount > 0} />
    </>
  );
}

function FirstStart({ mayEdit }: { mayEdit: boolean }) {
  return (
    <>
      <PageHeader title="Overview" />
      <div className={board}>
        <EmptyState
          mark={<BellRing aria-hidden />}
          title="Nothing is scheduled yet"
          action={
            mayEdit ? (
              <Button asChild variant="primary">
                <Link href={paths.newJob()}>
                  <Plus aria-hidden />
                  Write the first job
                </Link>
              </Button>
            ) : null
          }
        >
          Write a job down once: an image, a command, and when it shall run. Belfry makes EventBridge Scheduler and ECS match it; this page
          then tells what failed, what is running and what comes next. The form has an example to begin with.
        </EmptyState>
      </div>
      <LookAgain changing={false} />
    </>
  );
}
