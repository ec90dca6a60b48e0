import Link from "next/link";
import { ErrorCard } from "@/components/shell/error-card";
import { Button } from "@/components/ui/button";
import { paths } from "@/lib/paths";

export default function NotFoundInConsole() {
  return (
    <ErrorCard
      title="This job or run does not exist"
      sentence="It may have been deleted, its address may have changed, or the run is older than the history that is kept."
      action={
        <>
          <Button asChild variant="primary">
            <Link href={paths.jobs()}>All jobs</Link>
          </Button>
          <Button asChild>
            <Link href={paths.audit()}>Who changed what</Link>
          </Button>
        </>
      }
    />
  );
}
