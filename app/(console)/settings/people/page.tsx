import type { Metadata } from "next";
import { AddPerson } from "@/components/people/add-person";
import { PersonTable } from "@/components/people/person-table";
import { PageHeader } from "@/components/shell/page-header";
import { Pager } from "@/components/ui/pager";
import { paths } from "@/lib/paths";
import { listPeople } from "@/lib/people/list-people";
import { ask } from "../../ask";
import { addPersonAction, changePersonAction } from "./actions";

export const metadata: Metadata = { title: "People" };

type PeoplePageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function PeoplePage({ searchParams }: PeoplePageProps) {
  const search = await searchParams;
  const cursor = typeof search.cursor === "string" ? search.cursor : undefined;
  const { rows, nextCursor, total, actor } = await ask(paths.people({ cursor }), async (actor) => ({
    ...(await listPeople({ actor, cursor })),
    actor,
  }));
  return (
    <>
      <PageHeader
        title="People"
        lead="A viewer reads. An operator also writes, runs, pauses and stops jobs. An admin also deletes jobs and looks after people."
        actions={<AddPerson add={addPersonAction} />}
      />
      <PersonTable people={rows} ownId={actor.id} change={changePersonAction} />
      <Pager
        first={cursor ? paths.people() : null}
        next={nextCursor ? paths.people({ cursor: nextCursor }) : null}
        words={`${rows.length.toLocaleString("en-US")} of ${total.toLocaleString("en-US")} ${total === 1 ? "person" : "people"}`}
      />
    </>
  );
}
