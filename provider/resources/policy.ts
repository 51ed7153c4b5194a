import type { Policy } from "@aifactory/sdk";
import { validatePolicy, type PolicyProblem, type Statement } from "@aifactory/sdk/policy";
import { changedFields, checkFields, diffFields, pickFields, type Fields } from "./fields.ts";
import { clientToken } from "./client-token.ts";
import { ifGone } from "./if-gone.ts";
import { InitError } from "./init-error.ts";
import type { Draft, Failure, Resource } from "./resource.ts";
import * as rules from "./rules.ts";
import { asSet } from "./same.ts";
import { isDeepStrictEqual } from "node:util";
import { holdsUnknown } from "./unknown.ts";

export interface PolicyInputs {
  readonly name: string;
  readonly description?: string;
  readonly statements: readonly Statement[];
}

export interface PolicyOutputs extends PolicyInputs {
  readonly policyId: string;
  readonly organizationId: string;
  readonly createdAt: string;
}

const fields: Fields = {
  name: {
    rule: rules.text(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" and "-"'),
    required: true,
    replaces: true,
  },
  description: {
    rule: rules.text(/^.{0,100}$/su, "must have at most 100 characters"),
    default: null,
  },
  statements: { rule: () => [], required: true, same: sameStatements },
};

/** A Policy of the Organization (POL-1). Its name cannot change, so another name is another Policy, made before the old one goes (IAC-3). */
export const policy: Resource<PolicyInputs, PolicyOutputs> = {
  check: (news) => [...checkFields(fields, news), ...checkStatements(news)],
  diff: (olds, news) => diffFields(fields, olds, news, (replaces) => !replaces.includes("name")),

  async create(context, inputs) {
    const { client, organizationId } = context;
    const { name, description, statements } = inputs;
    const made = await client.createPolicy({
      path: { organizationId },
      body: {
        name,
        ...(description === undefined ? {} : { description }),
        statements: statements.map(written),
        clientToken: clientToken(context, fields, inputs),
      },
    });
    const outputs = outputsOf(made, inputs);
    try {
      return { id: made.id, outputs: await policy.update(context, made.id, outputs, inputs) };
    } catch (error) {
      throw new InitError(made.id, outputs, error);
    }
  },

  async read({ client }, id, olds) {
    const live = await ifGone(client.getPolicy({ path: { policyId: id } }), null);
    return live === null ? null : { id, outputs: outputsOf(live, olds) };
  },

  async update({ client }, id, olds, news) {
    const changed = changedFields(fields, olds, { ...news });
    if (changed.length === 0) return olds;
    const { description, statements } = pickFields(fields, ["description", "statements"], news);
    const live = await client.updatePolicy({
      path: { policyId: id },
      body: {
        description: description as string | null,
        statements: (statements as Statement[]).map(written),
      },
    });
    return outputsOf(live, news);
  },

  async delete({ client }, id) {
    await ifGone(client.deletePolicy({ path: { policyId: id } }), null);
  },
};

function outputsOf(live: Policy, known: Pick<PolicyInputs, "statements">): PolicyOutputs {
  return {
    policyId: live.id,
    organizationId: live.organizationId,
    createdAt: live.createdAt,
    name: live.name,
    ...(live.description === null ? {} : { description: live.description }),
    statements: sameStatements(live.statements, known.statements)
      ? known.statements
      : (live.statements as Statement[]),
  };
}

function written({ effect, service, regions, actions }: Statement) {
  return {
    effect,
    service,
    regions: regions === "*" ? ("*" as const) : [...regions],
    actions: actions === "*" ? ("*" as const) : [...actions],
  };
}

/** The order of regions and actions says nothing; that of statements is how messages count them. */
function sameStatements(old: unknown, asked: unknown): boolean {
  return isDeepStrictEqual(statementKeys(old), statementKeys(asked));
}

function statementKeys(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return (value as Partial<Statement>[]).map(({ effect, service, regions, actions }) => [
    effect,
    service,
    asSet(regions),
    asSet(actions),
  ]);
}

function checkStatements({ statements }: Draft): Failure[] {
  if (statements === undefined || holdsUnknown(statements)) return [];
  // Which regions there are, the API knows: every name passes here.
  const regions = Array.isArray(statements)
    ? (statements as Partial<Statement>[]).flatMap(({ regions }) => regions ?? [])
    : [];
  const problems = validatePolicy({ name: "any", statements }, { regions });
  return problems.map(({ pointer, message }: PolicyProblem) => ({
    property: pointer
      .slice(1)
      .replaceAll(/\/(\d+)/g, "[$1]")
      .replaceAll("/", "."),
    reason: message,
  }));
}
