import { parseArgs } from "node:util";
import { openClusterStage } from "./cluster/open-stage.ts";
import { runUntilInterrupted } from "./run.ts";
import { openSimulatedStage } from "./simulated/open-stage.ts";
import { tellStory } from "./story.ts";

// `npm run demo`: on simulated regions, where an hour passes at once. `-- --cluster`: on a Kubernetes of its own with
// simulated nodes, `-- --kubeconfig FILE`: on a throw-away one of yours; there two real minutes pass.
const { values } = parseArgs({
  options: { cluster: { type: "boolean", default: false }, kubeconfig: { type: "string" } },
});
const { cluster, kubeconfig } = values;

await runUntilInterrupted(async (stack) => {
  const real = cluster || kubeconfig !== undefined;
  const open = real ? openClusterStage(stack, kubeconfig ?? null) : openSimulatedStage(stack);
  await tellStory(await open);
});
