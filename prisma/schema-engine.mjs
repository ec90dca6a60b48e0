#!/usr/bin/env node
/*
 * Prisma's schema engine without a download.
 *
 * The Prisma CLI runs its engine as a child process and speaks JSON-RPC with it, one document a line. The npm package
 * @prisma/schema-engine-wasm has the same methods as that engine, so this file stands in for the binary
 * (PRISMA_SCHEMA_ENGINE_BINARY, set by prisma/cli.mjs) and answers with the WebAssembly build and the pg adapter.
 * Only development uses it: a started Belfry migrates with lib/db/migrate.ts, which needs neither CLI nor engine.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import * as glue from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

const enginePackage = path.dirname(createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg"));

function loadEngine() {
  const panics = {
    message: "",
    set_message(text) {
      panics.message = text;
    },
  };
  globalThis.PRISMA_WASM_PANIC_REGISTRY = panics;
  const module = new WebAssembly.Module(readFileSync(path.join(enginePackage, "schema_engine_bg.wasm")));
  const { exports } = new WebAssembly.Instance(module, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(exports);
  exports.__wbindgen_start();
  return glue.SchemaEngine;
}

/**
 * A Prisma database address as pg's separate fields. Never as `connectionString`: pg lets that override `database`,
 * and then the adapter's shadow database would be the real one.
 */
function readAddress(address) {
  const url = new URL(address);
  const ssl = url.searchParams.get("sslmode");
  const schema = url.searchParams.get("schema") ?? undefined;
  return {
    schema,
    connection: {
      host: url.searchParams.get("host") ?? decodeURIComponent(url.hostname),
      port: Number(url.port || 5432),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
      ssl: !ssl || ssl === "disable" ? undefined : { rejectUnauthorized: ssl.startsWith("verify") },
      options: `-c timezone=UTC${schema ? ` -c search_path="${schema}"` : ""}`,
      // One session: the engine's advisory lock and the statements that it guards share it.
      max: 1,
    },
  };
}

const openAdapters = new Set();

/** Repairs what the adapter of 7.10 does to migrations. */
function repaired(adapter) {
  // The adapter splits a script at every ";", also inside $$ bodies, and sends each part by itself. One simple query is
  // one implicit transaction, and Postgres does the splitting.
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script);
    } catch (error) {
      adapter.onError(error);
    }
  };
  // The adapter does not know the catalogue's one-byte type "char" (oid 18); the engine expects a character.
  const { performIO, queryRaw, dispose } = adapter;
  let charColumns = [];
  adapter.performIO = async (query) => {
    const result = await performIO.call(adapter, query);
    charColumns = [];
    result.fields?.forEach((field, index) => {
      if (field.dataTypeID !== 18) return;
      field.dataTypeID = 25;
      charColumns.push(index);
    });
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw.call(adapter, query);
    for (const index of charColumns) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  adapter.dispose = async () => {
    if (openAdapters.delete(adapter)) await dispose.call(adapter);
  };
  openAdapters.add(adapter);
  return adapter;
}

class MigrationAdapter extends PrismaPg {
  constructor(address, shadowAddress) {
    const { connection, schema } = readAddress(address);
    super(connection, { schema });
    this.connection = connection;
    this.schema = schema;
    this.shadowAddress = shadowAddress;
  }

  async connect() {
    return repaired(await super.connect());
  }

  async connectToShadowDb() {
    if (this.shadowAddress) return await this.emptied(this.shadowAddress);
    const keeper = await this.connect();
    const database = `prisma_migrate_shadow_db_${randomUUID()}`;
    await keeper.executeScript(`create database "${database}"`);
    const shadow = repaired(await new PrismaPg({ ...this.connection, database }, { schema: this.schema }).connect());
    const close = shadow.dispose;
    // Closed before it is dropped, else its own connection keeps the database.
    shadow.dispose = async () => {
      await close();
      await keeper.executeScript(`drop database if exists "${database}" with (force)`);
      await keeper.dispose();
    };
    openAdapters.add(shadow);
    return shadow;
  }

  /** For roles that may not create databases: SHADOW_DATABASE_URL names one that may be emptied. */
  async emptied(address) {
    const { connection, schema } = readAddress(address);
    if (["host", "port", "database"].every((key) => connection[key] === this.connection[key]))
      throw new Error("SHADOW_DATABASE_URL names the database itself, and would empty it: name another one.");
    const shadow = repaired(await new PrismaPg(connection, { schema }).connect());
    const name = pg.escapeIdentifier(schema ?? "public");
    await shadow.executeScript(`drop schema if exists ${name} cascade; create schema ${name};`);
    return shadow;
  }
}

async function openEngine({ url, shadowUrl, datamodels }) {
  const factory = bindMigrationAwareSqlAdapterFactory(new MigrationAdapter(url, shadowUrl));
  const engine = await loadEngine().new({ datamodels }, () => {}, factory);
  return {
    async call(method, params) {
      try {
        return (await engine[method](params)) ?? {};
      } catch (error) {
        // The WebAssembly build gives these methods no shadow database: they read what devDiagnostic has cached in the
        // same engine, and applyMigrations empties that cache.
        if (!/shadow DB must be provided/.test(error?.message ?? "") || !params?.migrationsList) throw error;
        await engine.devDiagnostic({ migrationsList: params.migrationsList, filters: params.filters });
        return (await engine[method](params)) ?? {};
      }
    },
    async close() {
      engine.free();
      for (const adapter of [...openAdapters]) await adapter.dispose().catch(() => {});
    },
  };
}

async function withClient(address, database, use) {
  const { connection } = readAddress(address);
  const client = new pg.Client({ ...connection, database: database ?? connection.database });
  await client.connect();
  try {
    return await use(client, connection.database);
  } finally {
    await client.end();
  }
}

const createDatabase = (address) =>
  withClient(address, "postgres", async (client, name) => {
    await client.query(`create database ${pg.escapeIdentifier(name)}`);
    return { databaseName: name };
  });

const dropDatabase = (address) =>
  withClient(address, "postgres", (client, name) => client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`));

/** The engine's own subcommands; the CLI reads their outcome as log lines on stderr. */
async function runSubcommand(name, address) {
  const subcommands = {
    "can-connect-to-database": () => withClient(address, undefined, (client) => client.query("select 1")),
    "create-database": () => createDatabase(address),
    "drop-database": async () => {
      await dropDatabase(address);
      process.stderr.write("\nThe database was successfully dropped.");
    },
  };
  try {
    if (!subcommands[name]) throw new Error(`This engine has no subcommand ${name}.`);
    await subcommands[name]();
  } catch (error) {
    const { hostname, port, pathname, username } = new URL(address);
    const [code, message] = {
      "3D000": ["P1003", `Database \`${pathname.slice(1)}\` does not exist`],
      "28P01": ["P1000", `Authentication failed against database server, the provided credentials for \`${username}\` are not valid.`],
      ECONNREFUSED: ["P1001", `Can't reach database server at \`${hostname}:${port || 5432}\``],
      ENOTFOUND: ["P1001", `Can't reach database server at \`${hostname}:${port || 5432}\``],
      ETIMEDOUT: ["P1001", `Can't reach database server at \`${hostname}:${port || 5432}\``],
    }[error.code] ?? ["P1010", error.message];
    const fields = { message, is_panic: false, error_code: code };
    process.stderr.write(
      `\n${JSON.stringify({ timestamp: new Date().toISOString(), level: "ERROR", fields, target: "schema_engine::logger" })}`,
    );
    process.exitCode = 1;
  }
}

/** Answers requests from stdin until it ends. */
async function serve({ url, shadowUrl, datamodels }) {
  let engine;
  let printed = 0;
  const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const answer = async ({ method, params }) => {
    if (method === "createDatabase") return await createDatabase(url);
    engine ??= await openEngine({ url: url ?? "postgresql://nobody@127.0.0.1:1/none", shadowUrl, datamodels });
    const result = await engine.call(method === "getDatabaseVersion" ? "version" : method, params ?? null);
    if (method !== "diff") return result;
    if (result.stdout != null) send({ id: ++printed, method: "print", params: { content: result.stdout } });
    return { exitCode: result.exitCode };
  };
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = line.trim() ? JSON.parse(line) : {};
    if (!request.method) continue; // the CLI's answer to a "print"
    try {
      send({ id: request.id, result: (await answer(request)) ?? {} });
    } catch (error) {
      const isPanic = error?.name === "RuntimeError";
      const message = (isPanic && globalThis.PRISMA_WASM_PANIC_REGISTRY?.message) || (error?.message ?? String(error));
      const data = { is_panic: isPanic, message, error_code: error?.code ?? null, meta: error?.meta ?? null };
      send({
        id: request.id,
        error: {
          code: 4466,
          message: "An error happened. Check the data field for details.",
          data: isPanic ? { ...data, error: { message } } : data,
        },
      });
    }
  }
  await engine?.close();
}

const argv = process.argv.slice(2);
const valuesOf = (option) => argv.filter((_, index) => argv[index - 1] === option);
const { url, shadowDatabaseUrl: shadowUrl } = JSON.parse(valuesOf("--datasource")[0] ?? "{}");

if (argv.includes("--version")) {
  const { version } = JSON.parse(readFileSync(path.join(enginePackage, "package.json"), "utf8"));
  console.log(`schema-engine-wasm ${version}`);
} else if (argv.includes("cli")) {
  await runSubcommand(argv[argv.indexOf("cli") + 1], url);
} else {
  const datamodels = valuesOf("--datamodels").map((file) => [file, readFileSync(file, "utf8")]);
  await serve({ url, shadowUrl, datamodels: datamodels.length > 0 ? datamodels : undefined });
}
