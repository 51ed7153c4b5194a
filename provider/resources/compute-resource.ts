import { waitForGone } from "@aifactory/sdk";
import { clientToken } from "./client-token.ts";
import {
  commonOutputs,
  type ComputeApi,
  type ComputeInputs,
  type ComputeKind,
  type ComputeOutputs,
  type Live,
} from "./compute.ts";
import { changedFields, checkFields, diffFields } from "./fields.ts";
import { ifGone } from "./if-gone.ts";
import { InitError } from "./init-error.ts";
import { locate } from "./locate.ts";
import type { Context, Draft, Resource } from "./resource.ts";
import { waitUntilUp } from "./wait-until-up.ts";

/** The operations that notebooks and containers share. They are replaced delete-first: GPUs are scarce (IAC-3). */
export function computeResource<
  L extends Live,
  Inputs extends ComputeInputs,
  Outputs extends ComputeOutputs,
>(kind: ComputeKind<L, Inputs, Outputs>): Resource<Inputs, Outputs> {
  const outputsOf = (live: L, known: object): Outputs =>
    ({ ...commonOutputs(live, known), ...kind.outputsOf(live, known) }) as unknown as Outputs;

  /** From accepted to as the program wants it; what goes wrong on the way leaves the id and what there is. */
  async function settle(context: Context, live: L, inputs: Inputs, resume: boolean) {
    const api = kind.api(context.client);
    let last = live;
    try {
      last = await startOrStop(api, last, inputs, resume);
      if (last.running || inputs.running === false)
        last = await waitUntilUp(context, api, last, { what: kind.what, wait: inputs.wait });
      return { id: last.id, outputs: outputsOf(last, inputs) };
    } catch (error) {
      last = await api.get(last.id).catch(() => last);
      throw new InitError(last.id, { ...outputsOf(last, inputs), __pending: true }, error);
    }
  }

  return {
    check: (news) => checkFields(kind.fields(news), news),

    diff(olds, news) {
      const diff = diffFields(kind.fields({ ...olds, ...news }), olds, news, () => true);
      const { __pending: pending } = olds;
      return pending ? { ...diff, changes: true } : diff;
    },

    async create(context, inputs) {
      const api = kind.api(context.client);
      const fields = kind.fields(inputs);
      const made = await createLiving(context, api, kind, inputs);
      const stale = new Set([
        ...changedFields(fields, outputsOf(made, inputs), drafted(inputs)),
        ...kind.hidden(inputs),
      ]);
      let live = made;
      try {
        live = await api.edit(made.id, [...stale], inputs);
      } catch (error) {
        throw new InitError(made.id, { ...outputsOf(made, inputs), __pending: true }, error);
      }
      return settle(context, live, inputs, true);
    },

    async read({ client }, id, olds) {
      const live = await locate(kind.api(client), id);
      if (live === null || live.status === "DELETING") return null;
      const { __pending: wasPending } = olds;
      const pending = wasPending && live.status !== "RUNNING";
      const outputs = outputsOf(live, olds);
      return { id: live.id, outputs: pending ? { ...outputs, __pending: true } : outputs };
    },

    async update(context, id, olds, news) {
      const { __pending: pending } = olds;
      const api = kind.api(context.client);
      const current = await locate(api, id);
      if (current === null)
        throw new Error(`${kind.what} ${id} is gone. Run pulumi refresh, then pulumi up.`);
      const changed = changedFields(kind.fields(news), olds, drafted(news));
      const live = await api.edit(current.id, changed, news);
      return (await settle(context, live, news, pending === true)).outputs;
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

/** What the program declares, it gets. Nothing else is restarted, but for what has not come up since it was made. */
async function startOrStop<L extends Live>(
  api: ComputeApi<L>,
  live: L,
  { running }: ComputeInputs,
  resume: boolean,
): Promise<L> {
  const failed = live.status === "FAILED";
  if (running === false) return live.running ? api.stop(live.id) : live;
  if (running === true ? !live.running || failed : resume && failed) return api.start(live.id);
  return live;
}
