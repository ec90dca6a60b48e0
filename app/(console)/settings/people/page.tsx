import type { Metadata } from "next";
import { AddPerson } from "@/components/people/add-person";
import { PersonTable } from "@/components/people/person-table";
import { PageHeader } from "@/components/shell/page-header";
import { paths } from "@/lib/paths";
import { listPeople } from "@/lib/people/list-people";
import { ask } from "../../ask";
import { addPersonAction, changePersonAction } from "./actions";

export const metadata: Metadata = { title: "People" };

export default async function PeoplePage() {
  const { people, actor } = await ask(paths.people(), async (actor) => ({ people: await listPeople({ actor }), actor }));
  return (
    <>
      <PageHeader
        title="People"
        lead="A viewer reads. An operator also writes, runs, pauses and stops jobs. An admin also deletes jobs and looks after people."
        actions={<AddPerson add={addPersonAction} />}
      />
      <PersonTable people={people} ownId={actor.id} change={changePersonAction} />
    </>
  );
}
