import type { Metadata } from "next";
import { AuditTable } from "@/components/audit/audit-table";
import { LookAgain } from "@/components/shell/look-again";
import { PageHeader } from "@/components/shell/page-header";
import { EmptyState } from "@/components/ui/empty-state";
import { Pager } from "@/components/ui/pager";
import { listAudit } from "@/lib/audit/list-audit";
import { paths } from "@/lib/paths";
import { ask } from "../ask";

export const metadata: Metadata = { title: "Audit" };

type AuditPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AuditPage({ searchParams }: AuditPageProps) {
  const search = await searchParams;
  const cursor = typeof search.cursor === "string" ? search.cursor : undefined;
  const { rows, nextCursor } = await ask(paths.audit({ cursor }), (actor) => listAudit({ actor, cursor }));
  return (
    <>
      <PageHeader title="Audit" lead="Who changed what. Each entry was written together with its change." />
      {rows.length === 0 ? (
        <div className="rounded-lg border border-line bg-surface">
          <EmptyState title="Nothing was changed yet">
            As soon as somebody saves, pauses, runs or stops something, it stands here.
          </EmptyState>
        </div>
      ) : (
        <AuditTable rows={rows} />
      )}
      <Pager
        first={cursor ? paths.audit() : null}
        next={nextCursor ? paths.audit({ cursor: nextCursor }) : null}
        nextWord="Older"
        words="Newest first, 50 to a page"
      />
      <LookAgain changing={false} />
    </>
  );
}
