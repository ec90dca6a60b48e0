import type { ReactNode } from "react";
import { ErrorCard } from "@/components/shell/error-card";
import { LookAgain } from "@/components/shell/look-again";
import { Notice } from "@/components/shell/notice";
import { OfflineNotice } from "@/components/shell/offline-notice";
import { Shell } from "@/components/shell/shell";
import { TimeText } from "@/components/ui/time-text";
import { roundTrouble } from "@/components/works/round-trouble";
import { currentActor } from "@/lib/auth/require-actor";
import { asOurs } from "@/lib/db/as-ours";
import type { Actor } from "@/lib/domain/actor";
import { BelfryError } from "@/lib/domain/errors";
import { getGround } from "@/lib/environments/list-environments";
import { getWorksState, type WorksState } from "@/lib/environments/list-works";

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
    <Shell
      actor={shell.actor}
      ground={shell.ground}
      notice={
        <>
          <OfflineNotice />
          {workerNotice(shell.works)}
        </>
      }
    >
      {children}
    </Shell>
  );
}

type ShellFacts =
  | { kind: "nobody" }
  | { kind: "away"; sentence: string }
  | { kind: "somebody"; actor: Actor; ground: { name: string; region: string } | null; works: WorksState };

async function shellFacts(): Promise<ShellFacts> {
  try {
    const actor = await currentActor();
    if (!actor) return { kind: "nobody" };
    const [ground, works] = await Promise.all([getGround({ actor }), getWorksState({ actor })]);
    return { kind: "somebody", actor, ground: ground && { name: ground.name, region: ground.region }, works };
  } catch (error) {
    const ours = asOurs(error);
    if (ours instanceof BelfryError && ours.word === "unavailable") return { kind: "away", sentence: ours.sentence };
    throw error;
  }
}

function workerNotice({ workerSeenAt: seenAt, rounds }: WorksState): ReactNode {
  const now = new Date();
  if (!seenAt || now.getTime() - seenAt.getTime() >= quietWorkerMs) return absentWorkerNotice(seenAt);
  const trouble = roundTrouble(rounds, now);
  return trouble ? (
    <Notice>
      The worker does not get on with AWS ({trouble.reason}) and tries again by itself: {trouble.waits} waits until then. Jobs go on firing
      by their schedules in AWS.
      <LookAgain changing />
    </Notice>
  ) : null;
}

function absentWorkerNotice(seenAt: Date | null): ReactNode {
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
