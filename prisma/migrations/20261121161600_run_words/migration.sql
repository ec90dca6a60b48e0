-- What people search runs by: why a run ended as it did, and who asked for it. Runs that ended well by their schedule, nearly
-- all of a history, have nothing to say and stand in none of these indexes: writing them costs nothing more.
-- Not language SQL: Postgres would put the body in the function's place, in the index and in the question differently.
CREATE FUNCTION run_words(cause jsonb, launch_error jsonb, requested_by text, stop_requested_by text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  -- Bounded: a tsvector has room for 1 MB, and what AWS or a container wrote may be longer. Anything but letters and digits
  -- parts words, so that registry.example.com/billing:1.4 is found by any of its parts.
  RETURN to_tsvector('pg_catalog.simple', regexp_replace(
    left(concat(cause->>'kind', ' ', cause->>'headline', ' ', requested_by, ' ', stop_requested_by, ' ', launch_error->>'sentence',
      ' ', cause->>'evidence', ' ', launch_error->>'awsMessage', ' ', cause->>'awsWords'), 4000),
    '[^[:alnum:]]+', ' ', 'g'));
END $$;

CREATE INDEX "run_words_idx" ON "run" USING gin (run_words("cause", "launch_error", "requested_by", "stop_requested_by"))
  WITH (fastupdate = off)
  WHERE "cause" IS NOT NULL OR "launch_error" IS NOT NULL OR "requested_by" IS NOT NULL OR "stop_requested_by" IS NOT NULL;
-- The same runs in the order of the lists: a frequent word is found sooner by looking at the newest of them.
CREATE INDEX "run_telling_idx" ON "run"("due_at" DESC, "id" DESC)
  WHERE "cause" IS NOT NULL OR "launch_error" IS NOT NULL OR "requested_by" IS NOT NULL OR "stop_requested_by" IS NOT NULL;
CREATE INDEX "run_telling_of_job_idx" ON "run"("job_id", "due_at" DESC, "id" DESC)
  WHERE "cause" IS NOT NULL OR "launch_error" IS NOT NULL OR "requested_by" IS NOT NULL OR "stop_requested_by" IS NOT NULL;
