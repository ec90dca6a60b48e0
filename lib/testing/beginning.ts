import { deserialize, serialize } from "node:v8";
import pg from "pg";
import type { SandboxWorld, WorldState } from "@/lib/sandbox/world";

/** Everything that is in the database and in AWS at one moment, to begin from it again and again. */
export type Beginning = {
  /** Makes both as they were. */
  restore(): Promise<void>;
  /**
   * What is in both now, a line for each row and each thing of AWS, sorted and without what differs from one time to the
   * next: moments, and the ids that were made since the beginning.
   */
  describe(): Promise<string[]>;
  close(): Promise<void>;
};

/** Keeps the present state of a database and of an imitated AWS in which no process runs. */
export async function keepBeginning(databaseUrl: string, world: SandboxWorld): Promise<Beginning> {
  const client = new pg.Client({ connectionString: databaseUrl, options: "-c timezone=UTC" });
  await client.connect();
  const tables = await tablesByDependence(client);
  const rows = await rowsOf(client, tables);
  const bytes = serialize(world.state());
  const known = idsIn(JSON.stringify(rows) + lines(world).join("\n"));

  const { rows: triggered } = await client.query<{ name: string }>(
    "select distinct tgrelid::regclass::text as name from pg_trigger where not tgisinternal",
  );
  const full = tables.filter((table) => rows[table] !== "[]");
  // What Postgres works out from other columns is not written.
  const { rows: written } = await client.query<{ name: string; columns: string }>(`
    select table_name as name, string_agg(quote_ident(column_name), ', ') as columns from information_schema.columns
    where table_schema = 'public' and is_generated = 'NEVER' group by 1`);
  const columnsOf = new Map(written.map(({ name, columns }) => [name, columns]));
  const statements = [
    "begin",
    // What triggers wrote is among the rows.
    ...triggered.map(({ name }) => `alter table ${name} disable trigger user`),
    ...tables.toReversed().map((table) => `delete from "${table}"`),
    ...full.map((table) => {
      const literal = client.escapeLiteral(rows[table] ?? "[]");
      const columns = columnsOf.get(table) ?? "";
      return `insert into "${table}" (${columns}) select ${columns} from jsonb_populate_recordset(null::"${table}", ${literal}::jsonb)`;
    }),
    ...triggered.map(({ name }) => `alter table ${name} enable trigger user`),
    "commit",
  ].join(";\n");

  return {
    restore: async () => {
      await client.query(statements);
      world.load(deserialize(bytes) as WorldState);
    },
    describe: async () => {
      const now = await rowsOf(client, tables);
      const ofDatabase = tables.flatMap((table) =>
        (JSON.parse(now[table] ?? "[]") as object[]).map((row) => `${table} ${JSON.stringify(row)}`),
      );
      return [...ofDatabase, ...lines(world)].map((line) => comparable(line, known)).sort();
    },
    close: () => client.end(),
  };
}

/** Every table but the migrations' own; those that others refer to come first. */
async function tablesByDependence(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; needs: string[] }>(`
    select t.tablename as name, coalesce(array_agg(distinct f.confrelid::regclass::text) filter (where f.confrelid <> f.conrelid), '{}') as needs
    from pg_tables t left join pg_constraint f on f.conrelid = format('%I', t.tablename)::regclass and f.contype = 'f'
    where t.schemaname = 'public' and t.tablename not like '%migration%' group by 1`);
  const sorted: string[] = [];
  while (sorted.length < rows.length) {
    const next = rows.filter(({ name, needs }) => !sorted.includes(name) && needs.every((need) => sorted.includes(need)));
    if (next.length === 0) throw new Error("The tables refer to each other in a circle.");
    sorted.push(...next.map(({ name }) => name));
  }
  return sorted;
}

async function rowsOf(client: pg.Client, tables: string[]): Promise<Record<string, string>> {
  const columns = tables.map((table) => `(select coalesce(jsonb_agg(t), '[]')::text from "${table}" t) as "${table}"`);
  const { rows } = await client.query<Record<string, string>>(`select ${columns.join(", ")}`);
  return rows[0] ?? {};
}

/** What AWS keeps that Belfry can change, and what it tells Belfry. */
function lines(world: SandboxWorld): string[] {
  return world.regions().flatMap(({ name, scheduler, ecs, logs, sqs }) => {
    const say = (kind: string, thing: unknown) => `${name} ${kind} ${JSON.stringify(thing, plain)}`;
    return [
      ...[...scheduler.groups.values()].map((group) => say("schedule group", group)),
      ...[...scheduler.schedules.values()].map((schedule) => say("schedule", schedule)),
      ...[...ecs.families].flatMap(([family, { revisions }]) =>
        [...revisions.values()].map((revision) => say(`revision of ${family}`, revision)),
      ),
      ...[...ecs.tasks.values()].map(({ task, phase, stop }) => say("task", { task, phase, stop })),
      ...[...logs.groups.values()].map((group) => say("log group", group)),
      ...[...sqs.queues.values()].flatMap((queue) =>
        [...queue.messages.values()].map(({ body, attributes }) => say(`message in ${queue.name}`, { body, attributes })),
      ),
    ];
  });
}

function plain(_name: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value;
}

/** UUIDs, whole or cut as ECS cuts them, ids of tasks with what follows them, network interfaces and their addresses. */
const ids =
  /\b[0-9a-f]{8}(-[0-9a-f]{4}){1,3}-[0-9a-f]{12}\b|\b[0-9a-f]{32}(-[0-9a-f]{10})?\b|\beni-[0-9a-f]{17}\b|\b0a(:[0-9a-f]{2}){5}\b/g;
const moments = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)?|\b1[6-9]\d{11}\b/g;

function idsIn(text: string): Set<string> {
  return new Set(text.match(ids));
}

/** How often something was tried may differ: a fresh process may have to wait until it is sure. */
const counters = /"(id|launch_attempts|sync_attempts)":\d+/g;

function comparable(line: string, known: Set<string>): string {
  return line
    .replaceAll(ids, (id) => (known.has(id) ? id : "<id>"))
    .replaceAll(moments, "<moment>")
    .replaceAll(counters, '"$1":"<number>"');
}
