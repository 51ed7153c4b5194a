import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import {
  readLive,
  readProps,
  stackPolicy,
  touchedWorkspaces,
  type Finding,
  type World,
} from "@aifactory/policy-kit";
import { configuredPrices, properties, type Configuration } from "./configuration.ts";
import { costs as costsMoney } from "./cost-kinds.ts";
import { readCosts } from "./costs.ts";
import type { Facts } from "./facts.ts";
import { limitFindings } from "./limit-findings.ts";
import { placesOf } from "./places.ts";
import { quotaFindings } from "./quota-findings.ts";
import { readFacts } from "./read-facts.ts";
import { walletFindings } from "./wallet-findings.ts";

/** Tells what the program would cost, and refuses what exceeds limits, Quota or Wallet (IAC-7). */
export function estimatedCost(world: World): StackValidationPolicy {
  return stackPolicy<Configuration>(
    {
      name: "estimated-cost",
      displayName: "Estimated cost",
      description: "What a program costs is within its limits, its Quotas and the Wallet.",
      severity: "medium",
      tags: ["aifactory", "cost"],
      remediationSteps:
        "Choose smaller flavors, declare running: false for what need not run, or have the limit, the Quota or the balance raised.",
      properties,
      async judge(resources, configuration) {
        const facts = await factsFor(resources, configuration, world);
        const stackUrn = resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn;
        return judge(resources, facts, configuration, stackUrn);
      },
    },
    world,
  );
}

async function factsFor(
  resources: readonly PolicyResource[],
  configuration: Configuration,
  world: World,
): Promise<Facts> {
  const { live, walletHours = 1 } = configuration;
  if (live === undefined)
    return {
      prices: configuredPrices(configuration),
      workspaces: null,
      quotas: new Map(),
      wallet: null,
      templateDisks: new Map(),
      notChecked: [],
    };
  const isTouched = touchedWorkspaces(resources, ({ type }) => costsMoney(type));
  const templates = resources.flatMap(({ props }) => {
    const { template } = readProps(props);
    return typeof template === "string" && template.startsWith("tmpl_") ? [template] : [];
  });
  const asked = await readLive(live, world, (to) =>
    readFacts(to, { isTouched, templates, wallet: walletHours > 0 }),
  );
  if (configuration.prices === undefined) return asked;
  return { ...asked, prices: configuredPrices(configuration) };
}

function judge(
  resources: readonly PolicyResource[],
  facts: Facts,
  configuration: Configuration,
  urn: string | undefined,
): Finding[] {
  const costs = readCosts(resources, facts);
  const skipped = facts.notChecked.map((what): Finding => {
    return { message: `NOT CHECKED – the token may not read ${what}.`, urn, advisory: true };
  });
  if (costs.length === 0) return skipped;
  const { places, workspaces } = placesOf(resources, costs, facts);
  try {
    return [
      ...limitFindings(places, costs, { facts, workspaces }, configuration, urn),
      ...quotaFindings(places, resources, facts, workspaces),
      ...(facts.wallet
        ? walletFindings(facts.wallet, costs, facts, configuration.walletHours ?? 1, urn)
        : []),
      ...skipped,
    ];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `NO ESTIMATE – ${error.message} Add prices in that currency, or let the pack ask the control plane with live.`;
    return [{ message, urn }];
  }
}
