import { BoxSkeleton, HeaderSkeleton, LoadingWords } from "@/components/shell/page-skeleton";

export default function OverviewLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton />
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1.35fr)_minmax(0,1fr)]">
        <div className="flex flex-col gap-6">
          <BoxSkeleton className="mt-7 h-44" />
          <BoxSkeleton className="mt-7 h-40" />
        </div>
        <BoxSkeleton className="mt-7 h-120" />
      </div>
    </>
  );
}
