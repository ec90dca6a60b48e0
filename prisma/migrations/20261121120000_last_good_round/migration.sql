-- When a round last went well: a failure overwrote that, and with it what the job's page knows of when AWS was last looked at.
ALTER TABLE "round_outcome" ADD COLUMN "good_at" TIMESTAMPTZ(3);
UPDATE "round_outcome" SET "good_at" = "ended_at" WHERE "error" IS NULL;
