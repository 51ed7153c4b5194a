import type { Action, OperationRow } from "@aifactory/sdk/policy";
import { DomainError, notFound } from "#domain/errors.ts";
import { publicId } from "#domain/ids.ts";
import type { Authorization } from "./authorize.ts";
import { nameOf } from "./target.ts";

/** A deleted resource answers `gone` to those who could read it, and does not exist for others (RES-1). */
export function goneOrUnknown(
  { target, access, owns }: Authorization,
  row: OperationRow,
): DomainError {
  const read = target.kind === "volume" ? "container:read" : (`${target.kind}:read` as Action);
  const region = target.region;
  if (
    row.action === undefined ||
    access === null ||
    region === null ||
    !access.decide(read as Action, region, { owns })
  )
    return notFound(nameOf(target.kind));
  const kind = target.kind as "notebook" | "container" | "volume";
  return new DomainError("gone", `This ${kind} was deleted.`, {
    deletedAt: target.deletedAt!.toISOString(),
    replacedBy: target.replacedBy === null ? null : publicId(kind, target.replacedBy),
  });
}
