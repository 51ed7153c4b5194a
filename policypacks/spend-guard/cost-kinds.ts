import { kindOf, member, UNKNOWN } from "@aifactory/policy-kit";
import type { CostItem } from "@aifactory/sdk";

type Props = Readonly<Record<string, unknown>>;

interface CostKind {
  readonly service: CostItem["service"];
  /** Its flavor is its property `flavor`; otherwise it is storage alone. */
  readonly computes: boolean;
  /** GiB that it stores; undefined where that is not known. */
  readonly storage: (
    props: Props,
    templateDisks: ReadonlyMap<string, number>,
  ) => number | undefined;
}

/** What costs money: a kind that does is one more row. */
const KINDS: Readonly<Record<string, CostKind>> = {
  Notebook: {
    service: "notebook",
    computes: true,
    storage: (props) => size(member(props["homeVolume"], "sizeGib")),
  },
  GpuContainer: {
    service: "container",
    computes: true,
    storage: ({ disk, template }, templateDisks) =>
      disk === undefined || disk === null
        ? diskOfTemplate(template, templateDisks)
        : size(member(disk, "sizeGib")),
  },
  Volume: { service: "container", computes: false, storage: ({ sizeGib }) => size(sizeGib) },
};

/** Whether a resource costs money by itself. */
export function costs(type: string): boolean {
  return KINDS[kindOf(type) ?? ""] !== undefined;
}

/** What is to be estimated for a resource of a kind that costs; null for others. */
export function costItem(
  type: string,
  props: Props,
  templateDisks: ReadonlyMap<string, number>,
): CostItem | null {
  const kind = KINDS[kindOf(type) ?? ""];
  if (kind === undefined) return null;
  const { region, flavor, running } = props;
  return {
    service: kind.service,
    region: text(region),
    flavor: kind.computes ? text(flavor) : null,
    // What is not said runs: a create starts it.
    running: running !== false,
    storageGib: kind.storage(props, templateDisks),
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;
const size = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;

/** The operator's templates have no disk; a template that a Workspace saved may have one (CAT-4). */
function diskOfTemplate(template: unknown, disks: ReadonlyMap<string, number>): number | undefined {
  if (template === UNKNOWN) return undefined;
  if (typeof template !== "string" || !template.startsWith("tmpl_")) return 0;
  return disks.get(template);
}
