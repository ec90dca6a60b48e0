import { HeaderSkeleton, LoadingWords, TableSkeleton } from "@/components/shell/page-skeleton";

export default function SettingsLoading() {
  return (
    <>
      <LoadingWords />
      <HeaderSkeleton />
      <TableSkeleton rows={6} />
    </>
  );
}
