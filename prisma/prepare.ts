/*
 * Brings a database to where Belfry can start on it: migrations, and the first admin. Says on stdout, as one line of
 * JSON, what it did; the password of an admin who was made just now is told there and nowhere else.
 *   DATABASE_URL=... tsx prisma/prepare.ts [--reset-password] [--skip-passed-moments]
 */
import { makeDatabase } from "@/lib/db/client";
import { skipPassedMoments } from "@/lib/db/expectations";
import { migrate } from "@/lib/db/migrate";
import { makeFirstAdmin, resetPassword } from "@/lib/people/first-admin";

const url = process.env.DATABASE_URL;
if (!url) throw new Error("DATABASE_URL is not set.");
const email = process.env.BELFRY_FIRST_ADMIN_EMAIL || "admin@belfry.local";
const { applied } = await migrate(url).catch((error: Error) => {
  // What Postgres says for itself: who it is that does not answer, which migration failed.
  console.error([error.message, error.cause instanceof Error ? error.cause.message : ""].filter(Boolean).join("\n"));
  process.exit(1);
});
const db = makeDatabase(url, { connections: 2 });
try {
  const now = new Date();
  const made = await makeFirstAdmin({ db, email, now });
  const renewed = !made && process.argv.includes("--reset-password") ? await resetPassword({ db, email, now }) : null;
  // An imitated AWS that did not run has fired nothing: what its calendars promised meanwhile is nobody's miss.
  if (process.argv.includes("--skip-passed-moments")) await skipPassedMoments(db, now);
  console.log(JSON.stringify({ applied: applied.length, email, account: made ?? renewed }));
} finally {
  await db.$disconnect();
}
