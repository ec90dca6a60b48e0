"use client";

import { useState } from "react";
import { toast } from "sonner";
import type { Outcome } from "@/components/shell/outcome";
import { ActionButton } from "@/components/ui/action-button";
import { Fold } from "@/components/ui/fold";
import { Shape } from "@/components/ui/shape";
import { TimeText } from "@/components/ui/time-text";
import { Verbatim } from "@/components/ui/verbatim";
import type { Unread } from "@/lib/environments/list-works";

type Message = Unread["setAside"]["rows"][number];

type SetAsideListProps = {
  messages: readonly Message[];
  /** Why they cannot be dismissed; null for who may. */
  reason: string | null;
  dismiss: (id: string) => Promise<Outcome>;
};

const queueWords: Record<Message["queue"], string> = { events: "Event queue", "dead-letters": "Dead letters" };

/** Messages that nobody could read, each whole, until somebody has looked at it. */
export function SetAsideList({ messages, reason, dismiss }: SetAsideListProps) {
  const [busyId, setBusyId] = useState<string | null>(null);

  async function remove(id: string) {
    setBusyId(id);
    const outcome = await dismiss(id).catch(() => null);
    setBusyId(null);
    if (outcome?.ok) toast.success("The message is thrown away.");
    else toast.error(outcome?.sentence ?? "The browser could not reach Belfry. Nothing was changed: try again.");
  }

  return (
    <ul className="rounded-lg border border-line bg-surface">
      {messages.map((message) => (
        <li key={message.id} className="flex gap-2.5 border-line border-b px-4 py-3 last:border-b-0">
          <Shape shape="question" tone="odd" className="mt-0.5" />
          <div className="min-w-0 flex-1">
            <div className="flex items-start justify-between gap-3">
              <p className="min-w-0 break-words text-ink text-sm">{message.reason}</p>
              <ActionButton
                size="small"
                busy={busyId === message.id}
                reason={reason}
                aria-label={`Dismiss the message ${message.messageId}`}
                onClick={() => void remove(message.id)}
              >
                Dismiss
              </ActionButton>
            </div>
            <p className="mt-0.5 mb-1.5 text-ink-3 text-xs">
              {queueWords[message.queue]} · <TimeText at={message.setAsideAt} />
            </p>
            <Fold summary={`The message (${message.bodyLength.toLocaleString("en-US")} characters)`}>
              <div className="flex flex-col gap-2">
                <div className="max-h-80 overflow-auto">
                  <Verbatim text={message.body || "(it is empty)"} what="the message" />
                </div>
                {message.bodyLength > message.body.length ? (
                  <p className="text-ink-3 text-xs">{`Only the first ${message.body.length.toLocaleString("en-US")} characters are shown.`}</p>
                ) : null}
                {Object.keys(message.attributes).length > 0 ? (
                  <div className="max-h-80 overflow-auto">
                    <Verbatim text={attributeLines(message.attributes)} what="the message's attributes" />
                  </div>
                ) : null}
              </div>
            </Fold>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What a line of an attribute shows at most; SQS takes 256 KiB in all. */
const longestAttribute = 2000;

function attributeLines(attributes: Record<string, string>): string {
  return Object.entries(attributes)
    .map(([name, value]) => `${name}: ${value.length > longestAttribute ? `${value.slice(0, longestAttribute)} …` : value}`)
    .join("\n");
}
