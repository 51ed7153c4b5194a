/** As the client was promised that it will be. */
export interface Wanted {
  kind: "notebook" | "container" | "volume";
  id: string;
  running: boolean;
  sizeGib: number;
  attachedTo: string | null;
}

/** What the client may count on: the living, as they were last asked to be, and those whose deletion was accepted. */
export class WantedSite {
  readonly living = new Map<string, Wanted>();
  readonly deleted: Pick<Wanted, "kind" | "id">[] = [];
  /** How often each thing was done. */
  readonly done = new Map<string, number>();
  #names = 0;

  add(wanted: Pick<Wanted, "kind" | "id" | "running" | "sizeGib">): Wanted {
    const added = { ...wanted, attachedTo: null };
    this.living.set(added.id, added);
    this.count(`create ${wanted.kind}`);
    return added;
  }

  remove({ kind, id }: Wanted): void {
    this.living.delete(id);
    this.deleted.push({ kind, id });
    this.count(`delete ${kind}`);
    for (const other of this.living.values()) if (other.attachedTo === id) other.attachedTo = null;
  }

  count(what: string): void {
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
  }

  /** A name that was not used before. */
  name(of: string): string {
    this.#names += 1;
    return `${of}-${this.#names}`;
  }
}
