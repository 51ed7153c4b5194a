import { waitForGone } from "@aifactory/sdk";
import { clientToken } from "./client-token.ts";
import {
  outputsOf,
  type ComputeApi,
  type ComputeInputs,
  type ComputeKind,
  type ComputeOutputs,
  type Live,
} from "./compute.ts";
import { changedFields, checkFields, diffFields } from "./fields.ts";
import { ifGone } from "./if-gone.ts";
import { locate } from "./locate.ts";
import type { Context, Draft, Resource } from "./resource.ts";
import { pending, settle } from "./settle.ts";

/** The operations that notebooks and containers share. They are replaced delete-first: GPUs are scarce (IAC-3). */
export function computeResource<
  L extends Live,
  Inputs extends ComputeInputs,
  Outputs extends ComputeOutputs,
>(kind: ComputeKind<L, Inputs, Outputs>): Resource<Inputs, Outputs> {
  return {
    check: (news) => checkFields(kind.fields(news), news),

    diff(olds, news) {
      const diff = diffFields(kind.fields({ ...olds, ...news }), olds, news, () => true);
      const { __pending: isPending } = olds;
      return isPending ? { ...diff, changes: true } : diff;
    },

    async create(context, inputs) {
      const api = kind.api(context.client);
      const fields = kind.fields(inputs);
      const made = await createLiving(context, api, kind, inputs);
      const stale = new Set([
        ...changedFields(fields, outputsOf(kind, made, inputs), drafted(inputs)),
        ...kind.hidden(inputs),
      ]);
      let live = made;
      try {
        live = await api.edit(made.id, [...stale], inputs);
      } catch (error) {
        throw pending(kind, made, inputs, error);
      }
      return settle(kind, context, { live, inputs, resume: true });
    },

    async read({ client }, id, olds) {
      const live = await locate(kind.api(client), id);
      if (live === null || live.status === "DELETING") return null;
      const { __pending: isPending } = olds;
      const outputs = outputsOf(kind, live, olds);
      const isUp = isPending === undefined || live.status === "RUNNING";
      return { id: live.id, outputs: isUp ? outputs : { ...outputs, __pending: true } };
    },

    async update(context, id, olds, news) {
      const { __pending: isPending } = olds;
      const api = kind.api(context.client);
      const current = await locate(api, id);
      if (current === null)
        throw new Error(`${kind.what} ${id} is gone. Run pulumi refresh, then pulumi up.`);
      const changed = changedFields(kind.fields(news), olds, drafted(news));
      const live = await api.edit(current.id, changed, news);
      const resume = isPending === true;
      return (await settle(kind, context, { live, inputs: news, resume })).outputs;
    },

    async delete({ client, say }, id, { name, wait }) {
      const api = kind.api(client);
      const current = await locate(api, id);
      if (current === null) return;
      await ifGone(api.remove(current.id), null);
      await waitForGone((signal) => api.get(current.id, signal), {
        what: kind.what,
        ...(wait?.timeoutSeconds === undefined ? {} : { timeoutSeconds: wait.timeoutSeconds }),
        onProgress: ({ statusReason }) => say(`${kind.what} ${name}: ${statusReason?.message}`),
      });
    },
  };
}

/** Inputs as the table of fields reads them, by name. */
const drafted = (inputs: object): Draft => inputs as Draft;

/** Accepts one, or finds the one that an earlier attempt made; one on its way out is waited for first (IAC-3). */
async function createLiving<L extends Live, Inputs extends ComputeInputs, Outputs>(
  context: Context,
  api: ComputeApi<L>,
  kind: ComputeKind<L, Inputs, Outputs>,
  inputs: Inputs,
): Promise<L> {
  const token = clientToken(context, kind.fields(inputs), inputs);
  for (;;) {
    const made = await api.create(inputs, token);
    if (made.status !== "DELETING") return made;
    context.say(`${kind.what} ${inputs.name} waits for its predecessor ${made.id} to be gone`);
    await waitForGone((signal) => api.get(made.id, signal), { what: kind.what });
  }
}
