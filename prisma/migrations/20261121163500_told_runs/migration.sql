-- The runs that have something to say, narrow and beside the wide ones: a search walks thousands of them for a page. Runs that
-- ended well by their schedule, nearly all of a history, are not among them, and writing those costs nothing more.
DROP INDEX IF EXISTS "run_words_idx", "run_telling_idx", "run_telling_of_job_idx";

CREATE TABLE "told_run" (
    "run_id" UUID NOT NULL,
    "job_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "words" tsvector NOT NULL,

    CONSTRAINT "told_run_pkey" PRIMARY KEY ("run_id")
);
CREATE INDEX "told_run_due_at_run_id_idx" ON "told_run"("due_at" DESC, "run_id" DESC);
CREATE INDEX "told_run_job_id_due_at_run_id_idx" ON "told_run"("job_id", "due_at" DESC, "run_id" DESC);
ALTER TABLE "told_run" ADD CONSTRAINT "told_run_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Without a list of what is still to be sorted in (fastupdate), which every search would have to read through.
CREATE INDEX "told_run_words_idx" ON "told_run" USING gin ("words") WITH (fastupdate = off);

CREATE FUNCTION keep_told_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF num_nonnulls(NEW.cause, NEW.launch_error, NEW.requested_by, NEW.stop_requested_by) = 0 THEN
    DELETE FROM told_run WHERE run_id = NEW.id;
  ELSE
    INSERT INTO told_run (run_id, job_id, state, due_at, words)
    VALUES (NEW.id, NEW.job_id, NEW.state, NEW.due_at,
      run_words(NEW.cause, NEW.launch_error, NEW.requested_by, NEW.stop_requested_by))
    ON CONFLICT (run_id) DO UPDATE SET
      job_id = excluded.job_id, state = excluded.state, due_at = excluded.due_at, words = excluded.words;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER run_told AFTER INSERT ON "run" FOR EACH ROW
  WHEN (num_nonnulls(NEW."cause", NEW."launch_error", NEW."requested_by", NEW."stop_requested_by") > 0)
  EXECUTE FUNCTION keep_told_run();
CREATE TRIGGER run_retold AFTER UPDATE ON "run" FOR EACH ROW
  WHEN (num_nonnulls(OLD."cause", NEW."cause", OLD."launch_error", NEW."launch_error", OLD."requested_by", NEW."requested_by",
      OLD."stop_requested_by", NEW."stop_requested_by") > 0
    AND ROW(OLD."job_id", OLD."state", OLD."due_at", OLD."cause", OLD."launch_error", OLD."requested_by", OLD."stop_requested_by")
    IS DISTINCT FROM ROW(NEW."job_id", NEW."state", NEW."due_at", NEW."cause", NEW."launch_error", NEW."requested_by", NEW."stop_requested_by"))
  EXECUTE FUNCTION keep_told_run();

-- What is there already.
INSERT INTO "told_run" ("run_id", "job_id", "state", "due_at", "words")
  SELECT "id", "job_id", "state", "due_at", run_words("cause", "launch_error", "requested_by", "stop_requested_by") FROM "run"
  WHERE num_nonnulls("cause", "launch_error", "requested_by", "stop_requested_by") > 0;
