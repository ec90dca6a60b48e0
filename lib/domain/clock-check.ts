/** How far other clocks are ahead of this machine's, in milliseconds; null where nobody answered. */
export type ClockOffsets = { databaseMs: number | null; awsMs: number | null };

/** AWS refuses a request that was signed more than five minutes ago or ahead (IAM User Guide, "Signing AWS API requests"). */
const mostMs = 5 * 60_000;
/** Below this nobody can tell a difference from a slow answer. */
const worthTellingMs = 10_000;

/**
 * What is to be said of this machine's clock before a start: sentences that forbid it, and others that only warn.
 * Every moment in the history is one machine's, so clocks that differ by minutes make runs late that were not.
 */
export function checkClocks({ databaseMs, awsMs }: ClockOffsets): { forbids: string[]; warns: string[] } {
  const others = [
    { whose: "AWS's", offsetMs: awsMs },
    { whose: "the database server's", offsetMs: databaseMs },
  ].flatMap(({ whose, offsetMs }) => (offsetMs !== null && Math.abs(offsetMs) > worthTellingMs ? [{ whose, offsetMs }] : []));
  const sentences = others.map(({ whose, offsetMs }) => {
    const isDatabaseWrong = whose !== "AWS's" && awsMs !== null && Math.abs(awsMs) <= worthTellingMs;
    const clock = isDatabaseWrong ? "The database server's clock" : "This machine's clock";
    const other = isDatabaseWrong ? "this machine's, which agrees with AWS's" : whose;
    const isBehind = offsetMs > 0 !== isDatabaseWrong;
    const rule = Math.abs(offsetMs) > mostMs ? "; five minutes are the most that AWS and the history can bear" : "";
    const sentence = `${clock} is ${inWords(Math.abs(offsetMs))} ${isBehind ? "behind" : "ahead of"} ${other}${rule}: set it right, for example with NTP.`;
    return { sentence, isTooMuch: Math.abs(offsetMs) > mostMs };
  });
  return {
    forbids: sentences.filter(({ isTooMuch }) => isTooMuch).map(({ sentence }) => sentence),
    warns: sentences.filter(({ isTooMuch }) => !isTooMuch).map(({ sentence }) => sentence),
  };
}

/** "6 h 0 min", "5 min 12 s". */
function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  return `${Math.floor(seconds / 86_400)} days`;
}
