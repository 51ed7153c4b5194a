/** Machine time in which some replica could not see the cluster; `until` is open while it lasts. */
export interface Blind {
  from: number;
  until: number | null;
}

/** What befell the site, and when. */
export class FaultLog {
  readonly blind: Blind[] = [];
  /** How often each fault struck. */
  readonly struck = new Map<string, number>();

  count(fault: string): void {
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
  }

  async blinding(work: () => Promise<void>): Promise<void> {
    const blind: Blind = { from: Date.now(), until: null };
    this.blind.push(blind);
    try {
      await work();
    } finally {
      blind.until = Date.now();
    }
  }
}
