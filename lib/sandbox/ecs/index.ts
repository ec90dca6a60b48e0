import type { Region, Service, World } from "../service";
import { endAllProcesses } from "./containers";
import { ecsOperations } from "./operations";
import { finishDeletions } from "./task-definitions";
import { advanceTasks, resumeTasks, sweepFolders } from "./task-life";

/** ECS on Fargate: definitions, tasks and their real processes. */
export const ecsService: Service = {
  name: "ecs",
  operations: ecsOperations,
  beat: (world: World, region: Region) => {
    finishDeletions(region);
    advanceTasks(world, region);
  },
  resume: resumeTasks,
  close: async (world: World) => {
    await endAllProcesses(world);
    for (const region of world.regions()) sweepFolders(world, region);
  },
};
