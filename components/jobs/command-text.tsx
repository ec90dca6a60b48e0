import { CopyText } from "@/components/ui/copy-text";
import { Fold } from "@/components/ui/fold";
import { Verbatim } from "@/components/ui/verbatim";
import { isLongText } from "./is-long-text";

/** A command line as it is written; a whole script shows its first lines, and the rest when asked for. */
export function CommandText({ text, what }: { text: string; what: string }) {
  if (!isLongText(text)) return <CopyText text={text} what={what} wrap className="whitespace-pre-wrap text-ink" />;
  const lines = text.split("\n").length;
  return (
    <div className="group/command flex flex-col gap-1.5">
      <Fold summary={lines > 6 ? `Show all ${lines} lines` : "Show all"}>
        <Verbatim text={text} what={what} />
      </Fold>
      <Verbatim text={text} what={what} clamped className="group-has-[details[open]]/command:hidden" />
    </div>
  );
}
