import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { AiFactoryError } from "@aifactory/sdk";
import { check, type Report } from "./check.ts";
import { type Format, type Options, readOptions, USAGE } from "./options.ts";
import { asJson } from "./report/json.ts";
import { asSarif } from "./report/sarif.ts";
import { asText } from "./report/text.ts";
import { UsageError } from "./usage-error.ts";

/** What the command has of the world. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  print(text: string): void;
  complain(text: string): void;
}

const WRITERS: Readonly<Record<Format, (report: Report) => string>> = {
  text: asText,
  json: asJson,
  sarif: asSarif,
};

/** Runs the command; answers its exit code. */
export async function run(args: readonly string[], world: World): Promise<0 | 1 | 2> {
  let options: Options | null = null;
  try {
    options = readOptions(args, world.env);
    if (options === null) {
      world.print(USAGE);
      return 0;
    }
    const report = await check(options, world.directory);
    const written = WRITERS[options.format](report);
    if (options.output === null) world.print(written);
    else {
      await writeReport(resolve(world.directory, options.output), written);
      world.print(asText(report));
    }
    return report.passed ? 0 : 1;
  } catch (error) {
    world.complain(`aifactory-policy: ${explain(error, options)}\n`);
    return 2;
  }
}

async function writeReport(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new UsageError(`The report cannot be written: ${(error as Error).message}.`);
  }
}

/** What went wrong, for people; of a fault of ours, where. */
function explain(error: unknown, options: Options | null): string {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof AiFactoryError)) return (error as Error).stack ?? String(error);
  const url = options?.live?.url ?? "";
  if (error.code === "unauthenticated")
    return `${url} refuses the token in AIFACTORY_TOKEN: ${error.message}`;
  return error.status === 0 ? error.message : `${url} refuses: ${error.message}`;
}
