import { createHash } from "node:crypto";
import type { MessageAttribute } from "./state";

/** MD5 of a body, as SDKs compute it again and compare. */
export const digestOfBody = (body: string): string => createHash("md5").update(body, "utf8").digest("hex");

/**
 * MD5 of message attributes: sorted by name; name, data type and value each after its length in four bytes, the value
 * also after a byte that tells text (1) from binary (2) (SQS Developer Guide, "Calculating the MD5 message digest").
 */
export function digestOfAttributes(attributes: Record<string, MessageAttribute>): string {
  const hash = createHash("md5");
  const add = (part: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    hash.update(length).update(part);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { DataType, StringValue, BinaryValue } = attributes[name] as MessageAttribute;
    add(Buffer.from(name, "utf8"));
    add(Buffer.from(DataType, "utf8"));
    hash.update(Buffer.from([BinaryValue ? 2 : 1]));
    add(BinaryValue ? Buffer.from(BinaryValue) : Buffer.from(StringValue ?? "", "utf8"));
  }
  return hash.digest("hex");
}
