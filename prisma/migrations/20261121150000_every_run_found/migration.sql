-- What the calendar promises, so that a moment without a run is seen.
ALTER TABLE "job" ADD COLUMN "expected_at" TIMESTAMPTZ(3);
CREATE INDEX "job_expected_idx" ON "job"("environment_id", "expected_at") WHERE "expected_at" IS NOT NULL;

CREATE TABLE "applied_calendar" (
    "job_id" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "applied_at" TIMESTAMPTZ(3) NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "expression" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "flexible_window_minutes" INTEGER NOT NULL DEFAULT 0,
    "maximum_event_age_seconds" INTEGER NOT NULL,

    CONSTRAINT "applied_calendar_pkey" PRIMARY KEY ("job_id","generation")
);
ALTER TABLE "applied_calendar" ADD CONSTRAINT "applied_calendar_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Jobs that are as they were applied are expected from now on: what was before nobody noted.
INSERT INTO "applied_calendar" ("job_id", "generation", "applied_at", "enabled", "expression", "time_zone", "maximum_event_age_seconds")
SELECT "id", "generation", CURRENT_TIMESTAMP, "paused_at" IS NULL, "expression", "time_zone", coalesce(("policies"->>'maximumEventAgeSeconds')::int, 86400)
FROM "job" WHERE "deleted_at" IS NULL AND "applied_generation" >= "generation";

-- Until when each source of history has told all that it knows.
CREATE TABLE "look" (
    "environment_id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "looked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "look_pkey" PRIMARY KEY ("environment_id","source")
);

-- Messages that nobody could read.
CREATE TABLE "set_aside_message" (
    "id" UUID NOT NULL,
    "environment_id" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "message_id" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "reason" TEXT NOT NULL,
    "set_aside_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "set_aside_message_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "set_aside_message_environment_id_queue_message_id_key" ON "set_aside_message"("environment_id", "queue", "message_id");
CREATE INDEX "set_aside_message_set_aside_at_id_idx" ON "set_aside_message"("set_aside_at" DESC, "id" DESC);
