import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { AwsError, type Region, type World } from "../service";
import { LineFile } from "./line-file";
import type { LogGroupState, LogStreamState } from "./state";

/** A line that comes in: its own time (epoch milliseconds) and its text. */
export type NewLine = { timestamp: number; message: string };

const openFilesKept = 500;
const openFiles = new WeakMap<World, Map<string, LineFile>>();

/** The group, or AWS's ResourceNotFoundException. */
export function requireGroup(region: Region, name: string): LogGroupState {
  const group = region.logs.groups.get(name);
  if (group === undefined) throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
  return group;
}

/** The stream, or AWS's ResourceNotFoundException. */
export function requireStream(group: LogGroupState, name: string): LogStreamState {
  const stream = group.streams.get(name);
  if (stream === undefined) throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
  return stream;
}

/** Makes a group, or answers AWS's ResourceAlreadyExistsException. */
export function createGroup(world: World, region: Region, name: string): LogGroupState {
  if (region.logs.groups.has(name)) throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
  const group: LogGroupState = {
    name,
    creationTime: world.now().getTime(),
    retentionInDays: null,
    kmsKeyId: null,
    logGroupClass: "STANDARD",
    deletionProtectionEnabled: false,
    tags: {},
    streams: new Map(),
  };
  region.logs.groups.set(name, group);
  return group;
}

/** Makes a stream, or answers AWS's ResourceAlreadyExistsException. */
export function createStream(world: World, group: LogGroupState, name: string): LogStreamState {
  if (group.streams.has(name)) throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
  const stream: LogStreamState = {
    name,
    creationTime: world.now().getTime(),
    file: `${randomUUID()}.lines`,
    forgotten: 0,
    bytes: 0,
    firstEventTimestamp: null,
    lastEventTimestamp: null,
    lastIngestionTime: null,
  };
  group.streams.set(name, stream);
  return stream;
}

/** Adds lines at the end of a stream and notes in its description what it now holds. */
export function appendLines(world: World, region: Region, stream: LogStreamState, lines: NewLine[]): void {
  const ingestionTime = world.now().getTime();
  const file = lineFile(world, region, stream);
  file.append(lines.map((line) => ({ ...line, ingestionTime })));
  describe(stream, file);
  world.touch();
}

/** The file of a stream's lines. Only so many are held open at once; another is read again from its file. */
export function lineFile(world: World, region: Region, stream: LogStreamState): LineFile {
  const files = openFiles.get(world) ?? new Map<string, LineFile>();
  openFiles.set(world, files);
  const path = join(folderOf(world, region), stream.file);
  const file = files.get(path) ?? new LineFile(path);
  files.delete(path);
  files.set(path, file);
  if (files.size > openFilesKept) files.delete(files.keys().next().value as string);
  return file;
}

/** Takes a stream's lines off the disk. */
export function removeLines(world: World, region: Region, stream: LogStreamState): void {
  const file = lineFile(world, region, stream);
  file.remove();
  openFiles.get(world)?.delete(file.path);
}

/** The moment before which a group's lines are gone, by its retention (epoch milliseconds). */
export function expiredBefore(world: World, group: LogGroupState): number {
  return group.retentionInDays === null ? Number.NEGATIVE_INFINITY : world.now().getTime() - group.retentionInDays * 86_400_000;
}

/** Frees the disk of lines that retention has taken: whole streams whose last line is too old. */
export function forgetExpired(world: World, region: Region): void {
  for (const group of region.logs.groups.values()) {
    if (group.retentionInDays === null) continue;
    for (const stream of group.streams.values()) {
      if (stream.lastEventTimestamp === null || stream.lastEventTimestamp >= expiredBefore(world, group)) continue;
      stream.forgotten += lineFile(world, region, stream).count;
      removeLines(world, region, stream);
      Object.assign(stream, { bytes: 0, firstEventTimestamp: null, lastEventTimestamp: null });
      world.touch();
    }
  }
}

/** After a restart: descriptions that a killed process left behind its files are put right. */
export function settleFiles(world: World, region: Region): void {
  for (const group of region.logs.groups.values()) {
    for (const stream of group.streams.values()) {
      if (existsSync(join(folderOf(world, region), stream.file))) describe(stream, lineFile(world, region, stream));
    }
  }
}

/** Removes the files that no stream names (any more): all of them after a reset. */
export function sweepFiles(world: World): void {
  const known = new Set(
    world
      .regions()
      .flatMap((region) =>
        [...region.logs.groups.values()].flatMap((group) =>
          [...group.streams.values()].map((stream) => join(folderOf(world, region), stream.file)),
        ),
      ),
  );
  const folder = join(world.dataFolder, "logs");
  for (const regionName of existsSync(folder) ? readdirSync(folder) : []) {
    for (const name of readdirSync(join(folder, regionName))) {
      const path = join(folder, regionName, name);
      if (!known.has(path)) rmSync(path, { force: true });
    }
  }
  openFiles.delete(world);
}

function describe(stream: LogStreamState, file: LineFile): void {
  stream.bytes = file.bytes;
  stream.firstEventTimestamp = file.firstTimestamp;
  stream.lastEventTimestamp = file.lastTimestamp;
  stream.lastIngestionTime = file.lastIngestionTime ?? stream.lastIngestionTime;
}

function folderOf(world: World, region: Region): string {
  return join(world.dataFolder, "logs", region.name);
}
