export type { CallOptions, CallRequest, Client, OperationId } from "./call.ts";
export { createClient, type ClientOptions } from "./create-client.ts";
export {
  AiFactoryError,
  ConnectionError,
  GoneError,
  isCode,
  NotFoundError,
  TimeoutError,
  WaitError,
  type InputProblem,
  type Refusal,
} from "./errors.ts";
export {
  estimateCost,
  HOURS_PER_MONTH,
  type CostEstimate,
  type CostItem,
  type PriceList,
} from "./estimate-cost.ts";
export { followLogs, type FollowLogsOptions } from "./follow-logs.ts";
export type * from "./generated/types.gen.ts";
export { formatAmount, parseAmount } from "./money.ts";
export { openTerminal, type Terminal, type TerminalOptions } from "./open-terminal.ts";
export { paginate } from "./paginate.ts";
export { waitFor, type WaitOptions, type WaitProgress } from "./wait-for.ts";
export { waitForGone } from "./wait-for-gone.ts";
export {
  waitForContainer,
  waitForNotebook,
  type ResourceWaitOptions,
} from "./wait-for-resource.ts";
