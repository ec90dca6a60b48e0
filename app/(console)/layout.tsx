import type { ReactNode } from "react";
import { ErrorCard } from "@/components/shell/error-card";
import { LookAgain } from "@/components/shell/look-again";
import { Notice } from "@/components/shell/notice";
import { Shell } from "@/components/shell/shell";
import { TimeText } from "@/components/ui/time-text";
import { currentActor } from "@/lib/auth/require-actor";
import { asOurs } from "@/lib/db/as-ours";
import type { Actor } from "@/lib/domain/actor";
import { BelfryError } from "@/lib/domain/errors";
import { listEnvironments } from "@/lib/environments/list-environments";
import { listWorks } from "@/lib/environments/list-works";

/** A worker that was not seen for so long is told of on every page: it says that it is alive every few seconds. */
const quietWorkerMs = 60_000;

/** What somebody wants to know first when Belfry itself is not well. */
const meanwhile = "Jobs go on firing by their schedules in AWS meanwhile. This page looks again by itself every few seconds.";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const shell = await shellFacts();
  if (shell.kind === "away")
    return (
      <Shell actor={null}>
        <ErrorCard title="Belfry's database does not answer" sentence={`${shell.sentence} ${meanwhile}`} />
        <LookAgain changing />
      </Shell>
    );
  // Each page sends who is not signed in to the sign-in page, with the way back that only the page knows.
  if (shell.kind === "nobody") return children;
  return (
    <Shell actor={shell.actor} ground={shell.ground} notice={workerNotice(shell.workerSeenAt)}>
      {children}
    </Shell>
  );
}

type ShellFacts =
  | { kind: "nobody" }
  | { kind: "away"; sentence: string }
  | { kind: "somebody"; actor: Actor; ground: { name: string; region: string } | null; workerSeenAt: Date | null };

async function shellFacts(): Promise<ShellFacts> {
  try {
    const actor = await currentActor();
    if (!actor) return { kind: "nobody" };
    const [[ground = null], works] = await Promise.all([listEnvironments({ actor }), listWorks({ actor })]);
    return { kind: "somebody", actor, ground: ground && { name: ground.name, region: ground.region }, workerSeenAt: works.workerSeenAt };
  } catch (error) {
    const ours = asOurs(error);
    if (ours instanceof BelfryError && ours.word === "unavailable") return { kind: "away", sentence: ours.sentence };
    throw error;
  }
}

function workerNotice(seenAt: Date | null): ReactNode {
  if (seenAt && Date.now() - seenAt.getTime() < quietWorkerMs) return null;
  return (
    <Notice>
      {seenAt ? (
        <>
          The worker was last seen <TimeText at={seenAt} />.{" "}
        </>
      ) : (
        "No worker has been seen yet. "
      )}
      Jobs go on firing by their schedules in AWS; what you save, and what is seen of runs, waits until a worker is back.
    </Notice>
  );
}
