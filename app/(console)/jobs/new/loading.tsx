import { BoxSkeleton, HeaderSkeleton, LoadingWords } from "@/components/shell/page-skeleton";

export default function NewJobLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton crumbs />
      <div className="grid gap-x-6 gap-y-4 lg:grid-cols-[minmax(0,1fr)_384px]">
        <div className="flex flex-col gap-4">
          <BoxSkeleton className="h-80" />
          <BoxSkeleton className="h-56" />
        </div>
        <BoxSkeleton className="hidden h-120 lg:block" />
      </div>
    </>
  );
}
