import { BoxSkeleton, HeaderSkeleton, LoadingWords } from "@/components/shell/page-skeleton";

export default function RunLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton crumbs actions={2} />
      <div className="flex flex-col gap-4">
        <BoxSkeleton className="h-36" />
        <div aria-hidden className="h-[max(20rem,calc(100dvh-24rem))] animate-breathe rounded-md bg-[oklch(0.168_0.012_260)]" />
      </div>
    </>
  );
}
