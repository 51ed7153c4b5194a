import type { Client, Quota } from "@aifactory/sdk";
import { checkFields, diffFields, type Fields } from "./fields.ts";
import { ifGone } from "./if-gone.ts";
import type { Resource } from "./resource.ts";
import * as rules from "./rules.ts";
import { sameAmount } from "./same.ts";

export interface QuotaInputs {
  readonly workspaceId: string;
  readonly period: "day" | "month";
  readonly limitUsd: string;
  readonly enforceOnStart?: boolean;
}

/** Without what is spent: that moves by itself (IAC-5). */
export type QuotaOutputs = QuotaInputs;

const fields: Fields = {
  workspaceId: { rule: rules.id("ws"), required: true, replaces: true },
  period: { rule: rules.oneOf("day", "month"), required: true },
  limitUsd: { rule: rules.amount, required: true, same: sameAmount },
  enforceOnStart: { rule: rules.boolean, default: false },
};

/** The Quota of a Workspace, which has at most one (QUO-1): its id is the Workspace's. */
export const quota: Resource<QuotaInputs, QuotaOutputs> = {
  check: (news) => checkFields(fields, news),
  diff: (olds, news) => diffFields(fields, olds, news, () => true),

  async create({ client }, inputs) {
    return { id: inputs.workspaceId, outputs: await put(client, inputs) };
  },

  async read({ client }, id, olds) {
    const live = await ifGone(client.getQuota({ path: { workspaceId: id } }), null);
    return live === null ? null : { id, outputs: outputsOf(live, olds) };
  },

  update: ({ client }, _id, _olds, news) => put(client, news),

  async delete({ client }, id) {
    await ifGone(client.deleteQuota({ path: { workspaceId: id } }), null);
  },
};

async function put(client: Client, inputs: QuotaInputs): Promise<QuotaOutputs> {
  const { workspaceId, period, limitUsd, enforceOnStart = false } = inputs;
  const body = { period, limitUsd, enforceOnStart };
  return outputsOf(await client.putQuota({ path: { workspaceId }, body }), inputs);
}

function outputsOf(live: Quota, known: Pick<QuotaInputs, "limitUsd">): QuotaOutputs {
  const { workspaceId, period, limitUsd, enforceOnStart } = live;
  return {
    workspaceId,
    period,
    limitUsd: sameAmount(limitUsd, known.limitUsd) ? known.limitUsd : limitUsd,
    enforceOnStart,
  };
}
