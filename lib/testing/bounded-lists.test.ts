import { readdirSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAudit } from "@/lib/audit/list-audit";
import { type Database, makeDatabase } from "@/lib/db/client";
import { getGround, listEnvironments } from "@/lib/environments/list-environments";
import { getWorksState, listUnread, listWorks } from "@/lib/environments/list-works";
import { getJob } from "@/lib/jobs/get-job";
import { getOverview } from "@/lib/jobs/get-overview";
import { listJobs } from "@/lib/jobs/list-jobs";
import { listRevisions } from "@/lib/jobs/list-revisions";
import { listPeople } from "@/lib/people/list-people";
import { getLastChange } from "@/lib/runs/get-last-change";
import { getRun } from "@/lib/runs/get-run";
import { listRuns } from "@/lib/runs/list-runs";
import { type TestDatabase, testDatabase } from "./database";
import { makeActor, makeEnvironment, makeJob } from "./factories";

/*
 * All that the console and the API show is asked of a small house and of a full one, in which there is more of everything
 * than any page shows. Whoever adds a verb that reads adds its line here, or the first test says so.
 */

const actor = makeActor("admin");
const now = new Date();
const [few, many] = [4, 130];
/** No answer has a longer list. */
const mostRows = 100;

/** The whole of a paged list, found past the verb. */
type Whole = { page: (cursor: string | undefined) => Promise<{ keys: string[]; nextCursor: string | null }>; count: string };

type Verb = {
  ask: () => Promise<unknown>;
  /** The same, narrowed: as bounded, with as many questions. */
  narrowed?: Record<string, () => Promise<unknown>>;
  whole?: Record<string, Whole>;
};

const runOf = (house: string) => `${house}-first`;
const idOf: Record<string, string> = {};

const page = (answer: Promise<{ nextCursor: string | null }>, rows: string, key: (row: never) => string) =>
  answer.then((found) => ({ keys: (found as unknown as Record<string, never[]>)[rows]?.map(key) ?? [], nextCursor: found.nextCursor }));

const verbs: Record<string, Verb> = {
  listJobs: {
    ask: () => listJobs({ actor, now }),
    narrowed: {
      failing: () => listJobs({ actor, now, state: "failing" }),
      running: () => listJobs({ actor, now, state: "running" }),
      late: () => listJobs({ actor, now, state: "late" }),
      "out-of-sync": () => listJobs({ actor, now, state: "out-of-sync" }),
      "never-run": () => listJobs({ actor, now, state: "never-run" }),
      "of words": () => listJobs({ actor, now, search: "job" }),
      "of an application": () => listJobs({ actor, now, application: "failing" }),
    },
    whole: {
      jobs: {
        page: (cursor) => page(listJobs({ actor, now, cursor }), "rows", ({ job }: { job: { id: string } }) => job.id),
        count: "select count(*) from job where deleted_at is null",
      },
    },
  },
  listRuns: {
    ask: () => listRuns({ actor }),
    narrowed: {
      "of a job": () => listRuns({ actor, slug: "first" }),
      "in a state": () => listRuns({ actor, state: "failed" }),
      "since a moment": () => listRuns({ actor, from: new Date(now.getTime() - 86_400_000), until: now }),
      "with words": () => listRuns({ actor, text: "broken" }),
    },
    whole: {
      runs: {
        page: (cursor) => page(listRuns({ actor, cursor }), "rows", ({ run }: { run: { id: string } }) => run.id),
        count: "select count(*) from run",
      },
      "runs with words": {
        page: (cursor) => page(listRuns({ actor, cursor, text: "broken" }), "rows", ({ run }: { run: { id: string } }) => run.id),
        count: "select count(*) from run where cause is not null",
      },
    },
  },
  listRevisions: {
    ask: () => listRevisions({ actor, slug: "first" }),
    whole: {
      revisions: {
        page: (cursor) =>
          page(listRevisions({ actor, slug: "first", cursor }), "rows", ({ generation }: { generation: number }) => `${generation}`),
        count: "select count(*) from job_revision",
      },
    },
  },
  listAudit: {
    ask: () => listAudit({ actor }),
    whole: {
      changes: {
        page: (cursor) => page(listAudit({ actor, cursor }), "rows", ({ id }: { id: string }) => id),
        count: "select count(*) from audit_entry",
      },
    },
  },
  listPeople: {
    ask: () => listPeople({ actor }),
    whole: {
      people: {
        page: (cursor) => page(listPeople({ actor, cursor }), "rows", ({ id }: { id: string }) => id),
        count: "select count(*) from person",
      },
    },
  },
  listEnvironments: {
    ask: () => listEnvironments({ actor }),
    whole: {
      environments: {
        page: (cursor) => page(listEnvironments({ actor, cursor }), "rows", ({ id }: { id: string }) => id),
        count: "select count(*) from environment",
      },
    },
  },
  listWorks: {
    ask: () => listWorks({ actor }),
    whole: {
      rounds: {
        page: (cursor) => page(listWorks({ actor, cursor }), "rounds", (row: { environmentId: string }) => row.environmentId),
        count: "select count(*) from round_outcome",
      },
    },
  },
  listUnread: {
    ask: () => listUnread({ actor, now }),
    whole: {
      messages: {
        page: (cursor) =>
          page(
            listUnread({ actor, now, cursor }).then(({ setAside }) => setAside),
            "rows",
            ({ id }: { id: string }) => id,
          ),
        count: "select count(*) from set_aside_message",
      },
      gaps: {
        page: (gapCursor) =>
          page(
            listUnread({ actor, now, gapCursor }).then(({ gaps }) => gaps),
            "rows",
            ({ environmentId, beganAt }: { environmentId: string; beganAt: Date }) => `${environmentId} ${beganAt.toISOString()}`,
          ),
        count: "select count(*) from look_gap",
      },
    },
  },
  getWorksState: { ask: () => getWorksState({ actor, now }) },
  getGround: { ask: () => getGround({ actor }) },
  getOverview: { ask: () => getOverview({ actor, now }) },
  getJob: { ask: () => getJob({ actor, slug: "first", now }) },
  getRun: { ask: () => getRun({ actor, runId: idOf.run ?? "" }) },
  getLastChange: { ask: () => getLastChange({ actor }) },
};

/** Read by others of these, with a connection that is handed to them. */
const parts = ["getRunComparison"];

/** What says of a list, beside it, that there is more. */
const bounds: Record<string, string> = {
  rows: "nextCursor",
  rounds: "nextCursor",
  applications: "moreApplications",
  failed: "failingCount",
  late: "lateCount",
  running: "runningCount",
  outOfSync: "refusedCount",
  revisions: "revisionCount",
  repairs: "repairsOfDay",
  duplicates: "duplicateCount",
};
/** Lists of which nobody misses the rest, and why. */
const wholes: Record<string, string> = {
  "getOverview.coming": "a board of the next ten moments, of which there is no end",
  "getOverview.lastDay": "one day by quarters of an hour",
  "getWorksState.rounds": "the reason that a page tells is that of the first",
};

let small: House;
let full: House;
type House = { test: TestDatabase; db: Database; plain: pg.Client; asked: { sql: string; parameters: unknown[] }[] };

async function openHouse(count: number): Promise<House> {
  const base = await testDatabase();
  const asked: House["asked"] = [];
  const db = makeDatabase(base.url, { onQuery: (sql, parameters) => asked.push({ sql, parameters: JSON.parse(parameters) as unknown[] }) });
  const plain = new pg.Client({ connectionString: base.url, options: "-c timezone=UTC" });
  await plain.connect();
  await fill(base.db, plain, count);
  return { test: base, db, plain, asked };
}

/** So many of everything: jobs that fail, recovered, run, are late, refused or on their way, and one job with a long history. */
async function fill(db: Database, plain: pg.Client, count: number): Promise<void> {
  const environment = await makeEnvironment(db, { name: "a" });
  const settled = { appliedGeneration: 1, observedGeneration: 1 };
  const first = await makeJob(db, { environmentId: environment.id, name: "first", slug: "first", ...settled, generation: count });
  await plain.query("update job set applied_generation = generation, observed_generation = generation");
  const run = async (sql: string, ...values: unknown[]) => {
    await plain.query(sql, values);
  };
  await run(
    `insert into environment select (jsonb_populate_record(e, jsonb_build_object('id', 'other' || n, 'name', 'other ' || n))).*
     from environment e, generate_series(1, $1::int) n`,
    count,
  );
  await run(
    `insert into job (id, environment_id, slug, name, application, definition, expression, time_zone, policies, saved_at, saved_by,
       created_at, applied_generation, observed_generation, expected_at, expect_by, sync_error, sync_generation)
     select kind || n, environment_id, kind || '-' || n, kind || ' job ' || n, case kind when 'recovered' then 'application ' || n else kind end,
       definition, expression, time_zone, policies, saved_at, saved_by, created_at, case kind when 'saved' then 0 else 1 end,
       case kind when 'saved' then 0 else 1 end,
       case kind when 'late' then $2::timestamptz - interval '1 hour' end, case kind when 'late' then $2::timestamptz + interval '1 hour' end,
       case kind when 'refused' then '{"sentence": "No.", "passing": false, "at": "2026-11-21T00:00:00Z"}'::jsonb end, 1
     from job, generate_series(1, $1::int) n, unnest(array['failing', 'recovered', 'running', 'late', 'refused', 'saved']) kind`,
    count,
    now,
  );
  for (const source of ["events", "tasks", "dead-letters"])
    await run("insert into look (environment_id, source, looked_at) values ($1, $2, $3)", environment.id, source, now);
  await run(
    `insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, started_at, stopped_at, cause, cause_kind, source)
     select gen_random_uuid(), environment_id, id, 'schedule', at, at, state, at, case when state <> 'running' then at + interval '1 minute' end,
       case state when 'failed' then '{"kind": "exit-code", "headline": "It is broken", "evidence": [], "awsWords": [], "nextStep": "Look."}'::jsonb end,
       case state when 'failed' then 'exit-code' end, 'event'
     from job, lateral (
       select $1::timestamptz - interval '2 hours' as at, 'failed' as state where application = 'failing' or id like 'recovered%'
       union all select $1::timestamptz - interval '1 hour', 'succeeded' where id like 'recovered%'
       union all select $1::timestamptz - interval '1 minute', 'running' where id like 'running%'
     ) runs`,
    now,
  );
  await run(
    `insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, started_at, stopped_at, source)
     select gen_random_uuid(), environment_id, id, 'schedule', at, at, 'succeeded', at, at, 'event'
     from job, generate_series(1, $1::int) n, lateral (select $2::timestamptz - n * interval '1 hour' as at) moments where slug = 'first'`,
    count,
    now,
  );
  const {
    rows: [latest],
  } = await plain.query<{ id: string }>("select id from run where job_id = $1 order by due_at desc limit 1", [first.id]);
  idOf[runOf(count === few ? "small" : "full")] = latest?.id ?? "";
  await run(
    `insert into run (id, environment_id, job_id, trigger, scheduled_at, due_at, state, duplicate_of_id, source)
     select gen_random_uuid(), environment_id, job_id, 'schedule', scheduled_at, due_at, 'succeeded', id, 'event'
     from run, generate_series(1, $2::int) n where id = $1::uuid`,
    latest?.id,
    count,
  );
  await run(
    `insert into job_revision (job_id, generation, document, action, changed_at, changed_by)
     select $1, n, '{}', 'edited', now(), 'Ada' from generate_series(1, $2::int) n`,
    first.id,
    count,
  );
  await run(
    `insert into repair (id, job_id, at, sentence) select gen_random_uuid(), $1, $3::timestamptz - n * interval '1 second', 'Put right.'
     from generate_series(1, $2::int) n`,
    first.id,
    count,
    now,
  );
  await run(
    `insert into audit_entry (id, at, actor, actor_name, action, subject_kind, subject_id, subject_name)
     select gen_random_uuid(), now(), 'a', 'Ada', 'job.save', 'job', $1, 'first' from generate_series(1, $2::int) n`,
    first.id,
    count,
  );
  await run(
    `insert into person (id, email, name, role) select gen_random_uuid(), 'p' || n || '@example.com', 'P', 'viewer' from generate_series(1, $1::int) n`,
    count,
  );
  await run(
    `insert into round_outcome (round, environment_id, started_at, ended_at, error)
     select 'reconcile-jobs', id, $1, $1, 'AWS was away.' from environment`,
    now,
  );
  await run(
    `insert into look_gap (environment_id, source, began_at, ended_at)
     select id, 'tasks', $1::timestamptz - interval '2 days', $1::timestamptz - interval '1 day' from environment`,
    now,
  );
  await run(
    `insert into set_aside_message (id, environment_id, queue, message_id, body, reason, set_aside_at)
     select gen_random_uuid(), $1, 'events', 'm' || n, 'x', 'Nobody could read it.', now() from generate_series(1, $2::int) n`,
    environment.id,
    count,
  );
  await plain.query("analyze");
}

beforeAll(async () => {
  [small, full] = await Promise.all([openHouse(few), openHouse(many)]);
}, 60_000);
afterAll(async () => {
  delete (globalThis as { belfryDatabase?: Database }).belfryDatabase;
  for (const house of [small, full]) {
    await house.plain.end();
    await house.db.$disconnect();
    await house.test.close();
  }
});

/** The verbs ask the process's own database: it is this house's from now on. */
function enter(house: House): void {
  (globalThis as { belfryDatabase?: Database }).belfryDatabase = house.db;
  idOf.run = idOf[runOf(house === small ? "small" : "full")] ?? "";
}

async function listen(house: House, ask: () => Promise<unknown>): Promise<{ answer: unknown; asked: House["asked"] }> {
  enter(house);
  house.asked.length = 0;
  const answer = await ask();
  return { answer, asked: [...house.asked] };
}

const asking = Object.entries(verbs).flatMap(([name, { ask, narrowed = {} }]) => [
  { name, title: name, ask },
  ...Object.entries(narrowed).map(([how, narrow]) => ({ name, title: `${name} ${how}`, ask: narrow })),
]);

test("each verb that reads is tried here", async () => {
  const rooms = ["audit", "environments", "jobs", "people", "runs"];
  const found: string[] = [];
  for (const room of rooms)
    for (const file of readdirSync(path.join(import.meta.dirname, "..", room)).filter((name) => /(?<!\.test)\.ts$/.test(name))) {
      const exported = (await import(path.join(import.meta.dirname, "..", room, file))) as Record<string, unknown>;
      found.push(...Object.keys(exported).filter((name) => /^(list|get)[A-Z]/.test(name) && typeof exported[name] === "function"));
    }
  expect(found.toSorted()).toEqual([...Object.keys(verbs), ...parts].toSorted());
});

test.each(asking)("$title asks as many questions of a full house as of a small one", async ({ ask }) => {
  const before = await listen(small, ask);
  const after = await listen(full, ask);
  expect(before.asked.length).toBeGreaterThan(0);
  expect(after.asked.length).toBe(before.asked.length);
});

/** The longest list in a value, rows of a table or members of a document. */
function longest(value: unknown): number {
  if (Array.isArray(value)) return Math.max(value.length, ...value.map(longest));
  if (value && typeof value === "object" && !(value instanceof Date)) return Math.max(0, ...Object.values(value).map(longest));
  return 0;
}

test.each(asking)("$title is answered with at most a page by each of its questions", async ({ ask }) => {
  const { asked } = await listen(full, ask);
  for (const { sql, parameters } of asked) {
    const { rows } = await full.plain.query(sql, parameters);
    // One beyond the page tells whether there is a next one.
    expect({ sql, rows: longest(rows) <= mostRows + 1 }).toEqual({ sql, rows: true });
  }
});

type Found = { name: string; list: unknown[]; beside: Record<string, unknown> };

function listsIn(value: unknown): Found[] {
  if (Array.isArray(value)) return value.flatMap(listsIn);
  if (!value || typeof value !== "object" || value instanceof Date) return [];
  const beside = value as Record<string, unknown>;
  return Object.entries(beside).flatMap(([name, part]) => [
    ...(Array.isArray(part) ? [{ name, list: part, beside }] : []),
    ...listsIn(part),
  ]);
}

function saysMore({ name, list, beside }: Found): boolean {
  const told = beside[bounds[name] ?? ""];
  return typeof told === "string" || told === true || (typeof told === "number" && told > list.length);
}

test.each(asking)("$title says of each list that it cuts that there is more", async ({ name, ask }) => {
  const { answer } = await listen(full, ask);
  const cut = listsIn(answer).filter(({ list }) => list.length > few);
  for (const found of cut) {
    expect(found.list.length).toBeLessThanOrEqual(mostRows);
    if (`${name}.${found.name}` in wholes) continue;
    expect({ list: found.name, says: saysMore(found) }).toEqual({ list: found.name, says: true });
  }
});

const lists = Object.entries(verbs).flatMap(([name, { whole = {} }]) =>
  Object.entries(whole).map(([what, { page: read, count }]) => ({ name, what, read, count })),
);

test.each(lists)("$name goes through all $what page by page, each once", async ({ read, count }) => {
  enter(full);
  const seen: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const { keys, nextCursor } = await read(cursor);
    seen.push(...keys);
    cursor = nextCursor ?? undefined;
    pages += 1;
  } while (cursor && pages < 100);
  const { rows } = await full.plain.query<{ count: string }>(count);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.length).toBe(Number(rows[0]?.count));
  expect(pages).toBeGreaterThan(1);
});
