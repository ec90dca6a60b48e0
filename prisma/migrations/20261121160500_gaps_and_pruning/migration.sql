-- From when on AWS may have followed a calendar: since it was saved, whatever was noted later.
ALTER TABLE "applied_calendar" ADD COLUMN "saved_at" TIMESTAMPTZ(3);
UPDATE "applied_calendar" SET "saved_at" = "applied_at";
ALTER TABLE "applied_calendar" ALTER COLUMN "saved_at" SET NOT NULL;

-- Jobs that have a calendar already: the next round finds their first moment.
UPDATE "job" SET "expected_at" = CURRENT_TIMESTAMP WHERE "id" IN (SELECT "job_id" FROM "applied_calendar" WHERE "enabled");

-- Times of which a source of history can no longer tell, because nobody looked while it still could.
CREATE TABLE "look_gap" (
    "environment_id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "began_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "look_gap_pkey" PRIMARY KEY ("environment_id","source","began_at")
);

-- The oldest runs of an environment, for taking them away.
CREATE INDEX "run_environment_id_due_at_idx" ON "run"("environment_id", "due_at");
