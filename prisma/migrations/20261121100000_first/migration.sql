-- CreateTable
CREATE TABLE "environment" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "region" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "cluster_arn" TEXT NOT NULL,
    "schedule_group" TEXT NOT NULL,
    "scheduler_role_arn" TEXT NOT NULL,
    "execution_role_arn" TEXT NOT NULL,
    "task_role_arn" TEXT,
    "subnets" TEXT[],
    "security_groups" TEXT[],
    "assign_public_ip" BOOLEAN NOT NULL DEFAULT false,
    "event_queue_url" TEXT NOT NULL,
    "dead_letter_queue_url" TEXT NOT NULL,
    "dead_letter_queue_arn" TEXT NOT NULL,
    "log_group" TEXT NOT NULL,
    "history_days" INTEGER NOT NULL DEFAULT 400,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "environment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job" (
    "id" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "application" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "definition" JSONB NOT NULL,
    "expression" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "policies" JSONB NOT NULL DEFAULT '{}',
    "paused_at" TIMESTAMPTZ(3),
    "paused_by" TEXT,
    "pause_reason" TEXT,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "saved_at" TIMESTAMPTZ(3) NOT NULL,
    "saved_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "applied_generation" INTEGER NOT NULL DEFAULT 0,
    "applied_at" TIMESTAMPTZ(3),
    "observed_generation" INTEGER NOT NULL DEFAULT 0,
    "observed_at" TIMESTAMPTZ(3),
    "task_definition_arn" TEXT,
    "sync_generation" INTEGER NOT NULL DEFAULT 0,
    "sync_error" JSONB,
    "sync_attempts" INTEGER NOT NULL DEFAULT 0,
    "retry_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "expect_by" TIMESTAMPTZ(3),
    "health" TEXT NOT NULL DEFAULT 'new',

    CONSTRAINT "job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_revision" (
    "job_id" TEXT NOT NULL,
    "generation" INTEGER NOT NULL,
    "document" JSONB NOT NULL,
    "action" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "changed_by" TEXT NOT NULL,

    CONSTRAINT "job_revision_pkey" PRIMARY KEY ("job_id","generation")
);

-- CreateTable
CREATE TABLE "job_schedule" (
    "environment_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "last_modified_at" TIMESTAMPTZ(6) NOT NULL,
    "verified_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "job_schedule_pkey" PRIMARY KEY ("environment_id","name")
);

-- CreateTable
CREATE TABLE "repair" (
    "id" UUID NOT NULL,
    "job_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "sentence" TEXT NOT NULL,

    CONSTRAINT "repair_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_definition" (
    "environment_id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "family" TEXT NOT NULL,
    "arn" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "registered_at" TIMESTAMPTZ(3) NOT NULL,
    "unused_since" TIMESTAMPTZ(3),
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "task_definition_pkey" PRIMARY KEY ("environment_id","arn")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "environment_id" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "scheduled_at" TIMESTAMPTZ(3),
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "requested_at" TIMESTAMPTZ(3),
    "requested_by" TEXT,
    "request_key" TEXT,
    "repeat_of_id" UUID,
    "wanted" JSONB,
    "stop_requested_at" TIMESTAMPTZ(3),
    "stop_requested_by" TEXT,
    "launched_at" TIMESTAMPTZ(3),
    "launched_task_arn" TEXT,
    "launch_error" JSONB,
    "launch_attempts" INTEGER NOT NULL DEFAULT 0,
    "launch_retry_at" TIMESTAMPTZ(3),
    "stop_sent_at" TIMESTAMPTZ(3),
    "stop_reason" TEXT,
    "state" TEXT NOT NULL DEFAULT 'requested',
    "task_arn" TEXT,
    "task_version" INTEGER NOT NULL DEFAULT 0,
    "task_definition_arn" TEXT,
    "job_generation" INTEGER,
    "attempt" INTEGER,
    "execution_id" TEXT,
    "duplicate_of_id" UUID,
    "phases" JSONB NOT NULL DEFAULT '{}',
    "started_at" TIMESTAMPTZ(3),
    "stopped_at" TIMESTAMPTZ(3),
    "exit_code" INTEGER,
    "stop_code" TEXT,
    "stopped_reason" TEXT,
    "containers" JSONB NOT NULL DEFAULT '[]',
    "cause" JSONB,
    "cause_kind" TEXT,
    "cpu" INTEGER,
    "memory" INTEGER,
    "capacity_provider" TEXT,
    "overrides" JSONB,
    "log_group" TEXT,
    "log_stream" TEXT,
    "log_tail" JSONB,
    "log_kept_at" TIMESTAMPTZ(3),
    "seen_at" TIMESTAMPTZ(3),
    "source" TEXT,
    "judged_at" TIMESTAMPTZ(3),

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "password_hash" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sign_in_failure" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "wait_until" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sign_in_failure_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "subject_name" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "round_outcome" (
    "round" TEXT NOT NULL,
    "environment_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "report" JSONB,
    "error" TEXT,

    CONSTRAINT "round_outcome_pkey" PRIMARY KEY ("round","environment_id")
);

-- CreateTable
CREATE TABLE "pulse" (
    "worker" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "pulse_pkey" PRIMARY KEY ("worker")
);

-- CreateIndex
CREATE UNIQUE INDEX "environment_name_key" ON "environment"("name");

-- CreateIndex
CREATE INDEX "job_environment_id_application_idx" ON "job"("environment_id", "application");

-- CreateIndex
CREATE INDEX "job_schedule_job_id_idx" ON "job_schedule"("job_id");

-- CreateIndex
CREATE INDEX "repair_job_id_at_idx" ON "repair"("job_id", "at" DESC);

-- CreateIndex
CREATE INDEX "task_definition_environment_id_family_fingerprint_idx" ON "task_definition"("environment_id", "family", "fingerprint");

-- CreateIndex
CREATE UNIQUE INDEX "run_request_key_key" ON "run"("request_key");

-- CreateIndex
CREATE UNIQUE INDEX "run_task_arn_key" ON "run"("task_arn");

-- CreateIndex
CREATE INDEX "run_due_at_id_idx" ON "run"("due_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_state_due_at_id_idx" ON "run"("state", "due_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_job_id_due_at_id_idx" ON "run"("job_id", "due_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_job_id_state_due_at_id_idx" ON "run"("job_id", "state", "due_at" DESC, "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "person_email_key" ON "person"("email");

-- CreateIndex
CREATE INDEX "session_person_id_idx" ON "session"("person_id");

-- CreateIndex
CREATE INDEX "sign_in_failure_last_at_idx" ON "sign_in_failure"("last_at");

-- CreateIndex
CREATE INDEX "audit_entry_at_id_idx" ON "audit_entry"("at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entry_subject_kind_subject_id_at_idx" ON "audit_entry"("subject_kind", "subject_id", "at" DESC);

-- AddForeignKey
ALTER TABLE "job" ADD CONSTRAINT "job_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_revision" ADD CONSTRAINT "job_revision_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "job_schedule" ADD CONSTRAINT "job_schedule_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "repair" ADD CONSTRAINT "repair_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_definition" ADD CONSTRAINT "task_definition_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "job"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Partial and expression indexes. Prisma's schema cannot say them and its diff does not look at them: they are written by hand.

-- One run for each moment of a job; a second task for the same moment is kept beside it, as its duplicate.
CREATE UNIQUE INDEX "run_moment_key" ON "run"("job_id", "scheduled_at") WHERE "scheduled_at" IS NOT NULL AND "duplicate_of_id" IS NULL;
CREATE INDEX "run_duplicate_idx" ON "run"("duplicate_of_id") WHERE "duplicate_of_id" IS NOT NULL;

-- A deleted job gives its address back.
CREATE UNIQUE INDEX "job_slug_key" ON "job"("environment_id", "slug") WHERE "deleted_at" IS NULL;

-- What AWS does not follow yet.
CREATE INDEX "job_unsettled_idx" ON "job"("environment_id", "retry_at") WHERE "generation" > "observed_generation" OR ("deleted_at" IS NOT NULL AND "removed_at" IS NULL) OR "retry_at" IS NOT NULL;

-- The list of jobs.
CREATE INDEX "job_name_idx" ON "job"(lower("name"), "id") WHERE "deleted_at" IS NULL;

-- Runs that can still change.
CREATE INDEX "run_active_idx" ON "run"("environment_id", "due_at" DESC, "id" DESC) WHERE "state" IN ('requested', 'starting', 'running');

-- What failed lately; a missed run has no end of its own.
CREATE INDEX "run_failed_idx" ON "run"(coalesce("stopped_at", "due_at")) WHERE "state" IN ('failed', 'lost', 'missed');

-- Ended runs whose last lines are not kept yet.
CREATE INDEX "run_without_tail_idx" ON "run"("stopped_at") WHERE "stopped_at" IS NOT NULL AND "log_kept_at" IS NULL AND "log_stream" IS NOT NULL;
