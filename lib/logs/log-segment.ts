import type { FileHandle } from "node:fs/promises";

/** Where a segment's text and its records are kept: two files, or memory. */
export type Store = {
  isDisk: boolean;
  write(bytes: Buffer, at: number): Promise<void>;
  read(at: number, length: number): Promise<Buffer>;
  close(): void;
};

/** A part of a log that is let go as a whole: the text of its lines, and a record of fixed length for each of them. */
export type Segment = {
  firstLine: number;
  count: number;
  textBytes: number;
  sealed: boolean;
  closed: boolean;
  text: Store;
  records: Store;
};

/** A file as a store. */
export function fileStore(file: FileHandle): Store {
  return {
    isDisk: true,
    async write(bytes, at) {
      for (let done = 0; done < bytes.byteLength; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, at + done);
        done += bytesWritten;
      }
    },
    async read(at, length) {
      const bytes = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.read(bytes, done, length - done, at + done);
        if (bytesRead === 0) throw new Error("A copy of a log is shorter than it was.");
        done += bytesRead;
      }
      return bytes;
    },
    close() {
      file.close().catch(() => {}); // nothing of it is wanted any more
    },
  };
}

/** Memory as a store, for where the disk takes nothing. */
export function memoryStore(): Store {
  let kept = Buffer.alloc(0);
  return {
    isDisk: false,
    async write(bytes, at) {
      kept = Buffer.concat([kept.subarray(0, at), bytes]);
    },
    async read(at, length) {
      return kept.subarray(at, at + length);
    },
    close() {
      kept = Buffer.alloc(0);
    },
  };
}
