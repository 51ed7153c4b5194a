import { GoneError, NotFoundError } from "@aifactory/sdk";
import type { ComputeApi, Live } from "./compute.ts";

/** Finds what a resource has become: itself, or what it was re-created as (RES-1, IAC-5); null where nothing is left. */
export async function locate<L extends Live>(api: ComputeApi<L>, id: string): Promise<L | null> {
  let next: string | null = id;
  while (next !== null) {
    const found: L | string | null = await lookAt(api, next);
    if (found === null || typeof found !== "string") return found;
    next = found;
  }
  return null;
}

/** What it is, or the id of its successor. */
async function lookAt<L extends Live>(api: ComputeApi<L>, id: string): Promise<L | string | null> {
  try {
    const live = await api.get(id);
    return live.replacedBy ?? live;
  } catch (error) {
    if (error instanceof GoneError) return error.replacedBy;
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
