"use client";

import { useRouter } from "next/navigation";
import { startTransition, useCallback, useEffect } from "react";
import { ErrorCard } from "@/components/shell/error-card";
import { Button } from "@/components/ui/button";
import { readFaultDigest } from "./fault-digest";

const titles: Record<string, string> = {
  unavailable: "Belfry's database does not answer",
  forbidden: "Your role does not reach this page",
};

export default function ConsoleError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const router = useRouter();
  const fault = readFaultDigest(error.digest);
  const passing = fault?.word === "unavailable";

  const again = useCallback(() => {
    startTransition(() => {
      router.refresh();
      reset();
    });
  }, [router, reset]);

  useEffect(() => {
    if (!passing) return;
    const timer = setInterval(again, 5000);
    return () => clearInterval(timer);
  }, [passing, again]);

  return (
    <ErrorCard
      title={(fault && titles[fault.word]) ?? "This page could not be shown"}
      sentence={
        fault?.sentence ??
        `Belfry met something it did not expect${error.digest ? `; the web server's log tells more under ${error.digest}` : ""}. Jobs in AWS are not touched by this.`
      }
      action={
        fault?.word === "forbidden" ? null : (
          <Button variant="primary" onClick={again}>
            Try again
          </Button>
        )
      }
    />
  );
}
