import type { Policy } from "@pulumi/policy";
import type { World } from "@aifactory/policy-kit";
import { resource, runPolicy, unknown, type ProgramResource } from "@aifactory/policy-kit/testing";
import { estimatedCost } from "../estimated-cost.ts";

type Properties = ProgramResource["properties"];

export const world: World = {
  now: () => new Date("2030-01-01T00:00:00Z"),
  env: {},
  setting: () => undefined,
};

const both = ["notebook", "container"];
const prices = {
  flavors: [
    { id: "small", region: "hanoi", services: ["notebook"], pricePerHour: { USD: "0.10" } },
    { id: "gpu", region: "hanoi", services: both, pricePerHour: { USD: "2.50", JPY: "375" } },
    { id: "gpu", region: "tokyo", services: both, pricePerHour: { USD: "3.00", JPY: "450" } },
  ],
  storage: [
    { region: "hanoi", pricePerGibHour: { USD: "0.0002", JPY: "0.03" } },
    { region: "tokyo", pricePerGibHour: { USD: "0.0002", JPY: "0.03" } },
  ],
};

export const stack = resource("pulumi:pulumi:Stack", "program-test");
export const ml = resource("Workspace", "ml", { name: "ml" });
export const web = resource("Workspace", "web", { name: "web" });

export const notebook = (
  more: Properties = {},
  place: ProgramResource = ml,
  name = "research",
): ProgramResource =>
  resource(
    "Notebook",
    name,
    { workspaceId: unknown, region: "hanoi", flavor: "gpu", homeVolume: { sizeGib: 50 }, ...more },
    { workspaceId: [place] },
  );

export const quota = (more: Properties, place: ProgramResource = ml): ProgramResource =>
  resource("Quota", "q", { workspaceId: unknown, ...more }, { workspaceId: [place] });

/** What the policy says of a program: a line for each finding, with level and resource. */
export async function said(
  program: readonly ProgramResource[],
  config: object = {},
  policy: Policy = estimatedCost(world),
): Promise<string[]> {
  const all = "validateStack" in policy ? { prices, ...config } : config;
  const reported = await runPolicy(policy, [stack, ...program], all);
  return reported.map(({ level, name, message }) => {
    return `${level} ${name}: ${message.slice(message.lastIndexOf("\n") + 1)}`;
  });
}

/** The refusals alone. */
export const refused = async (...given: Parameters<typeof said>): Promise<string[]> =>
  (await said(...given)).filter((line) => line.startsWith("mandatory"));
