import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

export const USAGE = `Usage: aifactory-policy check [options] FILE…

Judges Policy files (.json, .yaml, .yml; a file holds a Policy or a list of them) and says what everybody would gain
and lose if they were saved to the Organization. Saves nothing.

  --offline              leaves the Organization out: judges what is in the files
  --regions A,B          with --offline: the regions that there are; otherwise every name passes for a region
  --expect no-new-access fails when anybody could do anything more, also with Services that are not enabled yet
  --strict               warnings fail, too
  --format FORMAT        text (default), json or sarif
  --output FILE          writes the report there, and prints it as text
  --url URL              the control plane; AIFACTORY_URL unless given
  --organization ID      AIFACTORY_ORGANIZATION_ID unless given
  --help                 prints this

The token of the Owner, or of an Admin for the Workspaces of that Admin, is taken from AIFACTORY_TOKEN. A read-only
token is enough.

Ends with 0 when all is well, 1 when a finding fails, 2 when it was used wrongly or could not ask the control plane.
`;

const FORMATS = ["text", "json", "sarif"] as const;
export type Format = (typeof FORMATS)[number];

export interface LiveOptions {
  readonly url: string;
  readonly token: string;
  readonly organizationId: string;
}

export interface Options {
  readonly files: readonly string[];
  readonly format: Format;
  readonly output: string | null;
  readonly strict: boolean;
  readonly expectNoNewAccess: boolean;
  /** null: offline. */
  readonly live: LiveOptions | null;
  /** Told by `--regions`. */
  readonly regions: readonly string[] | null;
}

/** Reads the command line; null when help was asked for. @throws UsageError */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Options | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  const [command, ...files] = positionals;
  if (command !== "check") throw new UsageError(`${missingCommand(command)} See --help.`);
  if (files.length === 0) throw new UsageError("Name the Policy files to check. See --help.");
  const { offline = false, regions, expect } = values;
  if (expect !== undefined && expect !== "no-new-access")
    throw new UsageError(`--expect takes no-new-access, not ${JSON.stringify(expect)}.`);
  if (offline && expect !== undefined)
    throw new UsageError("--expect compares with the Organization, which --offline leaves out.");
  if (!offline && regions !== undefined)
    throw new UsageError("--regions is for --offline; the control plane knows its regions.");
  return {
    files: [...new Set(files)],
    format: formatOf(values.format ?? "text"),
    output: values.output ?? null,
    strict: values.strict ?? false,
    expectNoNewAccess: expect !== undefined,
    live: offline ? null : liveOptions(values, env),
    regions: regions?.split(",") ?? null,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        offline: flag,
        regions: text,
        expect: text,
        strict: flag,
        format: text,
        output: text,
        url: text,
        organization: text,
        help: flag,
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}. See --help.`.replace("..", "."));
  }
}

function missingCommand(command: string | undefined): string {
  return command === undefined
    ? "Say what to do: check."
    : `There is no command ${JSON.stringify(command)}.`;
}

function formatOf(name: string): Format {
  const format = FORMATS.find((known) => known === name);
  if (format === undefined)
    throw new UsageError(`--format takes ${FORMATS.join(", ")}, not ${JSON.stringify(name)}.`);
  return format;
}

function liveOptions(
  { url, organization }: { url?: string | undefined; organization?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): LiveOptions {
  const live = {
    url: url ?? env["AIFACTORY_URL"] ?? "",
    token: env["AIFACTORY_TOKEN"] ?? "",
    organizationId: organization ?? env["AIFACTORY_ORGANIZATION_ID"] ?? "",
  };
  const missing = [
    ...(live.url === "" ? ["AIFACTORY_URL (or --url)"] : []),
    ...(live.token === "" ? ["AIFACTORY_TOKEN"] : []),
    ...(live.organizationId === "" ? ["AIFACTORY_ORGANIZATION_ID (or --organization)"] : []),
  ];
  if (missing.length > 0)
    throw new UsageError(`Set ${missing.join(" and ")}, or leave the Organization out: --offline.`);
  return live;
}
