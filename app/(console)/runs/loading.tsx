import { HeaderSkeleton, LoadingWords, TableSkeleton } from "@/components/shell/page-skeleton";
import { Skeleton } from "@/components/ui/skeleton";

export default function RunsLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton />
      <Skeleton className="mb-3 h-8 w-72 rounded-md" />
      <TableSkeleton rows={14} />
    </>
  );
}
