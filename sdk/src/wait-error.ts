import { WaitError } from "./errors.ts";
import type { StatusReason } from "./generated/types.gen.ts";

/** What is known of a thing that is waited for; notebooks, containers, volumes and Workspaces fit. */
interface Waitable {
  id?: string;
  name?: string;
  status?: string;
  statusReason?: StatusReason;
}

/** Reads what there is of the fields that waiting goes by. */
export function seen(value: unknown): Waitable {
  return typeof value === "object" && value !== null ? value : {};
}

/** It will not come any more: says why, and what to do next. */
export function waitFailed(value: unknown, what: string | undefined): WaitError {
  const { status, statusReason } = seen(value);
  const detail = `${nameOf(value, what)} is ${status}${because(statusReason)}`;
  return new WaitError({ code: "wait_failed", detail, value, statusReason: statusReason ?? null });
}

/** The time is up: says what it was still waiting for, and of an outage if that was the last seen. */
export function waitTimedOut(
  value: unknown,
  seconds: number,
  outage: unknown,
  what: string | undefined,
): WaitError {
  const { status, statusReason } = seen(value);
  const state =
    status === undefined ? "is not as wanted." : `is still ${status}${because(statusReason)}`;
  const silence = outage instanceof Error ? ` The last look failed: ${outage.message}` : "";
  return new WaitError({
    code: "wait_timed_out",
    detail: `After ${seconds} s, ${nameOf(value, what)} ${state}${silence}`,
    value,
    statusReason: statusReason ?? null,
    ...(outage === undefined ? {} : { cause: outage }),
  });
}

function nameOf(value: unknown, what = "the resource"): string {
  const { id, name } = seen(value);
  return [what, name, id && `(${id})`].filter(Boolean).join(" ");
}

function because(reason: StatusReason | undefined): string {
  if (reason === undefined) return ".";
  const next = reason.nextStep === null ? "" : ` ${sentence(reason.nextStep)}`;
  return `: ${sentence(reason.message)}${next}`;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
