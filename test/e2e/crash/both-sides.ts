import { expect } from "vitest";
import { publicId } from "../../../api/domain/ids.ts";
import type { Wanted } from "./wanted.ts";
import { queryAsOwner } from "./witness.ts";

interface Held {
  kind: "workload" | "volume";
  id: string;
  phase: string;
  size_gib: number | null;
}
interface Row {
  kind: Wanted["kind"] | "home" | "disk";
  id: string;
  status: string;
  running: boolean;
  size_gib: number;
  attached_to: string | null;
}

const HELD = `select kind, id, state ->> 'phase' as phase, (state ->> 'sizeGib')::int as size_gib
  from simulator.objects where kind in ('workload', 'volume') order by id`;
const LIVING = `
  select r.kind, r.id, r.status, r.desired_state = 'running' as running, v.size_gib, null::uuid as attached_to
  from resources r left join volumes v on v.resource_id = r.id and v.kind in ('home', 'disk')
  where r.deleted_at is null
  union all
  select kind, id, status, false, size_gib, case kind when 'volume' then resource_id end
  from volumes where deleted_at is null order by id`;

/** Cluster, database and client agree on what there is, how it is, and how large. */
export async function expectAgreement(adminUrl: string, wanted: Iterable<Wanted>): Promise<void> {
  const held = await queryAsOwner<Held & Record<string, unknown>>(adminUrl, HELD);
  const rows = await queryAsOwner<Row & Record<string, unknown>>(adminUrl, LIVING);
  const workloads = held.filter(({ kind }) => kind === "workload");
  const resources = rows.filter(({ kind }) => kind === "notebook" || kind === "container");
  const volumes = rows.filter((row) => !resources.includes(row));
  expect(workloads.map(({ id, phase }) => ({ id, phase }))).toEqual(
    resources.filter(({ running }) => running).map(({ id }) => ({ id, phase: "ready" })),
  );
  expect(
    held
      .filter((it) => it.kind === "volume")
      .map(({ id, phase, size_gib }) => ({ id, phase, size_gib })),
  ).toEqual(volumes.map(({ id, size_gib }) => ({ id, phase: "ready", size_gib })));
  const shown = rows.filter(({ kind }) => kind !== "home" && kind !== "disk");
  expect(shown.map(asWanted).toSorted(byId)).toEqual([...wanted].map(asExpected).toSorted(byId));
}

const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);

function asWanted({ kind, id, status, running, size_gib: sizeGib, attached_to: to }: Row) {
  const wantedKind = kind as Wanted["kind"];
  const attachedTo = to === null ? null : publicId("container", to);
  return { id: publicId(wantedKind, id), status, running, sizeGib, attachedTo };
}

function asExpected({ kind, id, running, sizeGib, attachedTo }: Wanted) {
  const status = kind === "volume" ? "AVAILABLE" : running ? "RUNNING" : "STOPPED";
  return { id, status, running, sizeGib, attachedTo };
}

/** Waits until neither side knows of anything; answers what is left after half a minute. */
export async function leftOver(adminUrl: string): Promise<unknown[]> {
  for (const deadline = Date.now() + 30_000; ;) {
    const left = [
      ...(await queryAsOwner(adminUrl, HELD)),
      ...(await queryAsOwner(adminUrl, LIVING)),
      ...(await queryAsOwner(adminUrl, "select * from work_items where parked_at is not null")),
    ];
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
