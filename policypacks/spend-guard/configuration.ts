import { ConfigurationError, liveSchema, type Live } from "@aifactory/policy-kit";
import type { Properties, Schema } from "@aifactory/policy-kit";
import type { Currency, PriceList } from "@aifactory/sdk";

type Amounts = Partial<Readonly<Record<Currency, string>>>;

/** The most that something may cost, by estimate. */
export interface Limits {
  readonly maxHourly?: string;
  readonly maxMonthly?: string;
}

export interface Configuration extends Limits {
  /** Of the estimates and limits; USD unless given. */
  readonly currency?: Currency;
  readonly workspaceLimits?: readonly (Limits & { readonly workspace: string })[];
  /** Ask the control plane for prices, Quotas and the Wallet. */
  readonly live?: Live;
  /** Prices where it is not asked. */
  readonly prices?: {
    readonly flavors: readonly {
      readonly id: string;
      readonly region: string;
      readonly services: PriceList["flavors"][number]["services"];
      readonly pricePerHour: Amounts;
    }[];
    readonly storage: readonly { readonly region: string; readonly pricePerGibHour: Amounts }[];
  };
  /** Hours that the Wallet has to cover, 1 unless given (BIL-4); 0 does not ask for the Wallet. */
  readonly walletHours?: number;
}

const amount: Schema = {
  type: "string",
  pattern: "^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?$",
  description: 'a decimal such as "25.00", with at most six decimals',
};
const text: Schema = { type: "string", pattern: "\\S", description: "a text that is not empty" };
const limits = { maxHourly: amount, maxMonthly: amount };
const amounts: Schema = object({ USD: amount, VND: amount, JPY: amount }, []);

function object(properties: Record<string, Schema>, required = Object.keys(properties)): Schema {
  return { type: "object", properties, required, additionalProperties: false };
}

const list = (items: Schema): Schema => ({ type: "array", items });

export const properties: Properties = {
  currency: { type: "string", enum: ["USD", "VND", "JPY"], default: "USD" },
  ...limits,
  workspaceLimits: list(object({ workspace: text, ...limits }, ["workspace"])),
  live: liveSchema,
  prices: object({
    flavors: list(
      object({
        id: text,
        region: text,
        services: list({ type: "string", enum: ["notebook", "container", "inference"] }),
        pricePerHour: amounts,
      }),
    ),
    storage: list(object({ region: text, pricePerGibHour: amounts })),
  }),
  walletHours: { type: "integer", minimum: 0, maximum: 8760, default: 1 },
};

/** The prices in a configuration. @throws {ConfigurationError} when it has none and does not say whom to ask. */
export function configuredPrices({ prices }: Configuration): PriceList {
  if (prices === undefined)
    throw new ConfigurationError(
      "configuration of estimated-cost: it needs prices, or live to ask the control plane for them.",
    );
  return {
    flavors: prices.flavors.map((flavor) => {
      return {
        ...flavor,
        services: [...flavor.services],
        pricePerHour: money(flavor.pricePerHour),
      };
    }),
    storage: prices.storage.map(({ region, pricePerGibHour }) => {
      return { region, kind: "persistent", pricePerGibHour: money(pricePerGibHour) };
    }),
  };
}

function money(given: Amounts) {
  return Object.entries(given).map(([currency, each]) => {
    return { amount: each, currency: currency as Currency };
  });
}
