import { HeaderSkeleton, LoadingWords, TableSkeleton } from "@/components/shell/page-skeleton";

export default function AuditLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton />
      <TableSkeleton rows={14} />
    </>
  );
}
