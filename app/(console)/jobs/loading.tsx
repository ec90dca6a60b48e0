import { HeaderSkeleton, LoadingWords, TableSkeleton } from "@/components/shell/page-skeleton";
import { Skeleton } from "@/components/ui/skeleton";

export default function JobsLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton actions={1} />
      <Skeleton className="mb-3 h-8 w-72 rounded-md" />
      <TableSkeleton rows={12} />
    </>
  );
}
