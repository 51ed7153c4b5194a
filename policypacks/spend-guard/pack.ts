import { PolicyPack } from "@pulumi/policy";
import { realWorld } from "@aifactory/policy-kit";
import { estimatedCost } from "./estimated-cost.ts";
import { requiredTags } from "./required-tags.ts";
import { runningLimits } from "./running-limits.ts";

const world = realWorld();
new PolicyPack("spend-guard", {
  policies: [estimatedCost(world), requiredTags(world), runningLimits(world)],
});
