import type { APIRequestContext } from "@playwright/test";
import pg from "pg";
import { makeDatabase } from "@/lib/db/client";
import { listJobRows } from "@/lib/db/jobs";
import { describeSamples, type Figure } from "./figures";

/** Fills a second environment, which no worker tends, with settled jobs and their history. */
export async function fillHistory(url: string, jobs: number, runs: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`
      insert into environment (id, name, region, account_id, cluster_arn, schedule_group, scheduler_role_arn, execution_role_arn,
        subnets, security_groups, event_queue_url, dead_letter_queue_url, dead_letter_queue_arn, log_group)
      select 'benchbench', 'bench', region, account_id, cluster_arn, 'bench', scheduler_role_arn, execution_role_arn,
        subnets, security_groups, event_queue_url, dead_letter_queue_url, dead_letter_queue_arn, log_group
      from environment limit 1`);
    await client.query(
      `insert into job (id, environment_id, slug, name, application, definition, expression, time_zone, policies, generation,
         applied_generation, observed_generation, observed_at, applied_at, saved_at, saved_by, created_at)
       select 'bench' || lpad(n::text, 5, '0'), 'benchbench', 'bench-' || n, 'Bench job ' || lpad(n::text, 5, '0'), 'bench-' || n % 20,
         jsonb_build_object('image', 'busybox', 'entryPoint', '[]'::jsonb, 'command', '["true"]'::jsonb, 'environment', '[]'::jsonb,
           'secrets', '[]'::jsonb, 'cpu', 256, 'memory', 512),
         'cron(' || n % 60 || ' ' || n % 24 || ' * * ? *)', 'Europe/Berlin',
         '{"maximumRetryAttempts": 3, "maximumEventAgeSeconds": 900}', 1, 1, 1, now(), now(), now(), 'bench', now()
       from generate_series(1, $1::int) n`,
      [jobs],
    );
    await client.query(
      `insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, started_at, stopped_at, exit_code, task_arn)
       select gen_random_uuid(), 'benchbench', 'bench' || lpad((n % $1::int + 1)::text, 5, '0'), 'schedule', at, at,
         case when n % 20 = 0 then 'failed' else 'succeeded' end, at + interval '20 s', at + interval '50 s' + (n % 30) * interval '1 s',
         case when n % 20 = 0 then 1 else 0 end, 'arn:bench:' || n
       from (select n, now() - n * interval '1 minute' - interval '1 day' as at from generate_series(1, $2::int) n) moments`,
      [jobs, runs],
    );
    await client.query("analyze");
  } finally {
    await client.end();
  }
}

/** Server time and queries of the job list. */
export async function measureList(api: APIRequestContext, url: string, jobs: number, runs: number): Promise<Figure[]> {
  const size = `${jobs.toLocaleString("en")} jobs and ${runs.toLocaleString("en")} runs`;
  const time = async (path: string, rounds = 60) => {
    const samples: number[] = [];
    for (let round = 0; round < rounds + 10; round += 1) {
      const from = performance.now();
      const answer = await api.get(path);
      await answer.body();
      if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}.`);
      if (round >= 10) samples.push(performance.now() - from);
    }
    return samples;
  };
  const statements: string[] = [];
  const db = makeDatabase(url, { onQuery: (sql) => statements.push(sql) });
  const queries: number[] = [];
  for (const limit of [10, 50, 100]) {
    statements.length = 0;
    await listJobRows(db, { limit });
    queries.push(statements.length);
  }
  await db.$disconnect();
  const firstPage = await time("/api/v1/jobs?limit=50");
  return [
    { what: `job list, API, page of 50, ${size}`, figure: describeSamples(firstPage) },
    { what: `job list, page in HTML, ${size}`, figure: describeSamples(await time("/jobs")) },
    { what: `all runs, API, page of 50, ${size}`, figure: describeSamples(await time("/api/v1/runs?limit=50")) },
    {
      what: "queries of the list for pages of 10, 50 and 100",
      figure: queries.join(", "),
      bound: "constant",
      held: new Set(queries).size === 1,
    },
  ];
}
