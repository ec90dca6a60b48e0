"use client";

import { ErrorCard } from "@/components/shell/error-card";
import { Button } from "@/components/ui/button";

export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main className="px-4">
      <ErrorCard
        title="This page could not be shown"
        sentence={`Belfry met something it did not expect${error.digest ? `; the web server's log tells more under ${error.digest}` : ""}. Jobs in AWS are not touched by this.`}
        action={
          <Button variant="primary" onClick={reset}>
            Try again
          </Button>
        }
      />
    </main>
  );
}
