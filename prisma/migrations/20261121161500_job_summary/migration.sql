-- What a line of the job list shows of a job's runs, worked out once and not by every reader.
CREATE TABLE "job_summary" (
    "job_id" TEXT NOT NULL,
    "strip" TEXT NOT NULL,
    "last" JSONB,
    "last_state" TEXT,
    "is_active" BOOLEAN NOT NULL,
    "usual_seconds" DOUBLE PRECISION,

    CONSTRAINT "job_summary_pkey" PRIMARY KEY ("job_id")
);
ALTER TABLE "job_summary" ADD CONSTRAINT "job_summary_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Jobs whose summary does not hold any more. Rows are only added, never changed: writers of runs wait for nobody here.
CREATE TABLE "job_change" (
    "id" BIGSERIAL NOT NULL,
    "job_id" TEXT NOT NULL,

    CONSTRAINT "job_change_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "job_change_job_id_idx" ON "job_change"("job_id");

-- How many living jobs an application has: the sum of what was added and taken away, drawn together now and then.
CREATE TABLE "job_tally" (
    "id" BIGSERIAL NOT NULL,
    "environment_id" TEXT NOT NULL,
    "application" TEXT NOT NULL,
    "jobs" INTEGER NOT NULL,

    CONSTRAINT "job_tally_pkey" PRIMARY KEY ("id")
);

-- Partial indexes, written by hand: the jobs that a filter of the list asks for.
CREATE INDEX "job_summary_failing_idx" ON "job_summary"("job_id") WHERE "last_state" IN ('failed', 'missed', 'lost');
CREATE INDEX "job_summary_active_idx" ON "job_summary"("job_id") WHERE "is_active";

-- Triggers, and not a statement of each writer: no writer of runs, of today or later, can forget it.
CREATE FUNCTION note_job_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO job_change (job_id) VALUES (OLD.job_id);
  ELSE
    INSERT INTO job_change (job_id) VALUES (NEW.job_id);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER run_inserted AFTER INSERT ON "run" FOR EACH ROW EXECUTE FUNCTION note_job_change();
CREATE TRIGGER run_deleted AFTER DELETE ON "run" FOR EACH ROW EXECUTE FUNCTION note_job_change();
-- Only what a summary shows: the other news of a task (its addresses, its phases) cost a comparison.
CREATE TRIGGER run_updated AFTER UPDATE ON "run" FOR EACH ROW
  WHEN (ROW(OLD."state", OLD."due_at", OLD."started_at", OLD."stopped_at", OLD."duplicate_of_id", OLD."cause"->>'headline')
    IS DISTINCT FROM ROW(NEW."state", NEW."due_at", NEW."started_at", NEW."stopped_at", NEW."duplicate_of_id", NEW."cause"->>'headline'))
  EXECUTE FUNCTION note_job_change();

CREATE FUNCTION note_job_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL THEN
    INSERT INTO job_tally (environment_id, application, jobs) VALUES (OLD.environment_id, OLD.application, -1);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL THEN
    INSERT INTO job_tally (environment_id, application, jobs) VALUES (NEW.environment_id, NEW.application, 1);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER job_added AFTER INSERT OR DELETE ON "job" FOR EACH ROW EXECUTE FUNCTION note_job_count();
CREATE TRIGGER job_moved AFTER UPDATE ON "job" FOR EACH ROW
  WHEN (ROW(OLD."environment_id", OLD."application", OLD."deleted_at" IS NULL)
    IS DISTINCT FROM ROW(NEW."environment_id", NEW."application", NEW."deleted_at" IS NULL))
  EXECUTE FUNCTION note_job_count();

-- What is there already.
INSERT INTO "job_change" ("job_id") SELECT "id" FROM "job" WHERE EXISTS (SELECT FROM "run" WHERE "run"."job_id" = "job"."id");
INSERT INTO "job_tally" ("environment_id", "application", "jobs")
  SELECT "environment_id", "application", count(*) FROM "job" WHERE "deleted_at" IS NULL GROUP BY "environment_id", "application";
