import { HeaderSkeleton, LoadingWords, TableSkeleton } from "@/components/shell/page-skeleton";

export default function RunsLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton crumbs />
      <TableSkeleton rows={14} />
    </>
  );
}
