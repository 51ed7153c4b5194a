const ENOUGH = 10_000;

/** The latest objects that are gone: a late answer to a write of ours must not bring one back. */
export class Tombstones {
  readonly #uids = new Set<string>();

  add(uid: string): void {
    this.#uids.add(uid);
    if (this.#uids.size <= ENOUGH) return;
    const [oldest] = this.#uids;
    this.#uids.delete(oldest!);
  }

  clear(): void {
    this.#uids.clear();
  }

  has(uid: string): boolean {
    return this.#uids.has(uid);
  }
}
