import { BoxSkeleton, HeaderSkeleton, LoadingWords, TableSkeleton } from "@/components/shell/page-skeleton";

export default function JobLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton crumbs actions={3} />
      <BoxSkeleton className="h-16" />
      <div className="mt-6 grid gap-6 xl:grid-cols-[minmax(0,1fr)_360px]">
        <div className="flex flex-col gap-3">
          <BoxSkeleton className="mt-7 h-20" />
          <TableSkeleton />
        </div>
        <BoxSkeleton className="h-96" />
      </div>
    </>
  );
}
