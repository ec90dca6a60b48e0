-- A calendar says nothing without its job.
ALTER TABLE "applied_calendar" DROP CONSTRAINT "applied_calendar_job_id_fkey";
ALTER TABLE "applied_calendar" ADD CONSTRAINT "applied_calendar_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
