import { z } from "zod";
import { recordAudit } from "@/lib/db/audit";
import { findPersonByEmail, insertPerson } from "@/lib/db/people";
import { inTransaction } from "@/lib/db/transaction";
import { type Actor, requireMay, roles } from "@/lib/domain/actor";
import { Conflict, Invalid } from "@/lib/domain/errors";
import { newId } from "@/lib/domain/ids";
import { isPlainLine } from "@/lib/domain/plain-line";
import { hashPassword, newPassword } from "@/lib/password";

const shape = z.object(
  {
    email: z
      .string("The e-mail is missing: give one.")
      .trim()
      .toLowerCase()
      .max(320, "The e-mail is longer than 320 characters: check it.")
      .regex(/^[^\s@]+@[^\s@]+$/, "The e-mail is not one: write it as name@example.com.")
      .refine(isPlainLine, "The e-mail has a character that cannot be seen or half a character in it: type it anew."),
    name: z
      .string("The name is missing: give one.")
      .trim()
      .min(1, "The name is empty: give one.")
      .max(100, "The name is longer than 100 characters: shorten it.")
      .refine(isPlainLine, "The name has a line break, a character that cannot be seen or half a character in it: type it anew."),
    role: z.enum(roles, `The role is unknown: take ${roles.join(", ")}.`),
  },
  "The person must be an object with email, name and role: send it as one.",
);

/** Adds a person with a random password, which is returned once and never again. Throws Invalid, Conflict. */
export async function addPerson(request: { actor: Actor; input: unknown; now?: Date }): Promise<{ email: string; password: string }> {
  const { actor, now = new Date() } = request;
  requireMay(actor, "manage people");
  const read = shape.safeParse(request.input);
  if (!read.success) throw new Invalid(read.error.issues.map((issue) => ({ field: issue.path.join("."), sentence: issue.message })));
  const { email, name, role } = read.data;
  const password = newPassword();
  const passwordHash = await hashPassword(password);
  await inTransaction(async (tx) => {
    if (await findPersonByEmail(tx, email)) throw new Conflict(`${email} has an account already: change its role instead.`, "email");
    const id = newId(now);
    await insertPerson(tx, { id, email, name, role, passwordHash });
    await recordAudit(tx, {
      actor,
      action: "person.add",
      subject: { kind: "person", id, name },
      before: null,
      after: { email, role },
      at: now,
    });
  });
  return { email, password };
}
