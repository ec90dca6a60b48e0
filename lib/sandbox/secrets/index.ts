import type { Service } from "../service";
import { operations } from "./operations";

/** AWS Secrets Manager: secrets with versions and stages. */
export const secretsService: Service = {
  name: "secrets",
  operations,
  beat(world, { secrets: { secrets } }) {
    for (const secret of secrets.values()) if (secret.deletion && secret.deletion.goneAt <= world.now()) secrets.delete(secret.name);
  },
};
