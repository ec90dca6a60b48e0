import { CalendarClock, Plus, SearchX } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { JobFilters } from "@/components/jobs/job-filters";
import { JobTable } from "@/components/jobs/job-table";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Pager } from "@/components/ui/pager";
import { may } from "@/lib/domain/actor";
import { listJobs } from "@/lib/jobs/list-jobs";
import { paths } from "@/lib/paths";
import { ask } from "../ask";
import { readJobSearch } from "./search-params";

export const metadata: Metadata = { title: "Jobs" };

type JobsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function JobsPage({ searchParams }: JobsPageProps) {
  const { cursor, ...filter } = readJobSearch(await searchParams);
  const { rows, nextCursor, total, applications, moreApplications, mayEdit } = await ask(
    paths.jobs({ ...filter, cursor }),
    async (actor) => ({
      ...(await listJobs({ actor, ...filter, cursor })),
      mayEdit: may(actor, "edit jobs"),
    }),
  );
  const filtered = Boolean(filter.search || filter.state || filter.application);
  const changing = rows.some(({ job, running }) => running || ["saved", "applied", "removing"].includes(job.sync));
  const newJob = mayEdit ? (
    <Button asChild variant="primary">
      <Link href={paths.newJob()} prefetch={false}>
        <Plus aria-hidden />
        New job
      </Link>
    </Button>
  ) : null;

  return (
    <>
      <PageHeader title="Jobs" actions={newJob} />
      {rows.length === 0 && !filtered && !cursor ? (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState mark={<CalendarClock aria-hidden />} title="No jobs yet" action={newJob}>
            A job is a container that runs on a schedule. Give it an image and a command, say when, and Belfry keeps AWS in line with it and
            shows every run with its log.
          </EmptyState>
        </div>
      ) : (
        <>
          <JobFilters {...filter} applications={applications} moreApplications={moreApplications} />
          {rows.length === 0 ? (
            <div className="rounded-lg border border-line bg-surface">
              <EmptyState
                mark={<SearchX aria-hidden />}
                title="No job is like this"
                action={
                  <Button asChild>
                    <Link href={paths.jobs()}>Show all jobs</Link>
                  </Button>
                }
              >
                Nothing fits {filter.search ? `“${filter.search}”` : "these filters"}
                {filter.search && (filter.state || filter.application) ? " with the filters that are set" : ""}.
              </EmptyState>
            </div>
          ) : (
            <JobTable rows={rows} now={new Date()} />
          )}
          <Pager
            first={cursor ? paths.jobs(filter) : null}
            next={nextCursor ? paths.jobs({ ...filter, cursor: nextCursor }) : null}
            words={`${rows.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} ${total === 1 ? "job" : "jobs"}${filtered ? " like this" : ""}`}
          />
        </>
      )}
      <LookAgain changing={changing} />
    </>
  );
}
