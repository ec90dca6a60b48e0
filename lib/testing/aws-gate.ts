import type { AddressInfo } from "node:net";
import { DroppedConnection } from "@/lib/sandbox/faults";
import { makeServer } from "@/lib/sandbox/server";
import type { SandboxWorld } from "@/lib/sandbox/world";
import { Killed, type Lifeline } from "./lifeline";
import type { Gate } from "./postgres-gate";

/**
 * A way to an imitated AWS of one process alone. Each request that arrives is a call of its life; when that ends, its
 * connections are cut.
 */
export async function openAwsGate(world: SandboxWorld, life: Lifeline): Promise<Gate> {
  const call: SandboxWorld["call"] = async (region, service, operation, input, caller) => {
    try {
      return await life.pass(`${service}.${operation}`, () => world.call(region, service, operation, input, caller));
    } catch (error) {
      throw error instanceof Killed ? new DroppedConnection() : error;
    }
  };
  const server = makeServer(
    new Proxy(world, {
      get: (target, name) => (name === "call" ? call : Reflect.get(target, name, target)),
    }),
  );
  const cut = () => {
    server.close();
    server.closeAllConnections();
  };
  life.onDeath(cut);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: async () => cut() };
}
