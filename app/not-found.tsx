import Link from "next/link";
import { ErrorCard } from "@/components/shell/error-card";
import { Button } from "@/components/ui/button";
import { paths } from "@/lib/paths";

export default function NotFoundPage() {
  return (
    <main className="px-4">
      <ErrorCard
        title="There is nothing at this address"
        sentence="The page may have moved, or the address may have been cut on its way here."
        action={
          <Button asChild variant="primary">
            <Link href={paths.overview()}>Go to the overview</Link>
          </Button>
        }
      />
    </main>
  );
}
