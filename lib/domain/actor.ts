import { Forbidden } from "./errors";

export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** Whoever acts: a signed-in person, or the works themselves. */
export type Actor = { id: string; name: string; role: Role };

/** What can be asked for, and the least role that may ask. */
const rights = {
  read: "viewer",
  "run jobs": "operator",
  "pause jobs": "operator",
  "edit jobs": "operator",
  "delete jobs": "admin",
  "manage people": "admin",
  "manage environments": "admin",
} as const satisfies Record<string, Role>;

export type Right = keyof typeof rights;

/** Whether the actor's role reaches the right. */
export function may(actor: Actor, right: Right): boolean {
  return roles.indexOf(actor.role) >= roles.indexOf(rights[right]);
}

/** Throws Forbidden, with the role that would be needed, when the actor may not. */
export function requireMay(actor: Actor, right: Right): void {
  if (may(actor, right)) return;
  throw new Forbidden(
    `${actor.name} may not ${right}: this needs the role ${rights[right]}, and yours is ${actor.role}. Ask an admin for the role.`,
  );
}
