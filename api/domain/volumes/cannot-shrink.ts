import { DomainError } from "#domain/errors.ts";

/** RES-3: storage grows and never shrinks. */
export function cannotShrink(sizeGib: number, asked: number): DomainError {
  return new DomainError(
    "volume_cannot_shrink",
    `It has ${sizeGib} GiB and cannot shrink to ${asked} GiB. Create a smaller one and copy the data.`,
    { sizeGib },
  );
}
