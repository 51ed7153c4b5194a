import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Finding } from "../finding.ts";
import type { Report } from "../check.ts";
import manifest from "../package.json" with { type: "json" };
import { RULES } from "../rules.ts";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
const IDS = Object.keys(RULES);

/** The report as SARIF 2.1.0, which code hosts show beside the lines. */
export function asSarif({ findings }: Report): string {
  const rules = Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } }));
  const driver = { name: "aifactory-policy", semanticVersion: manifest.version, rules };
  const run = {
    tool: { driver },
    columnKind: "utf16CodeUnits",
    results: findings.map(resultOf),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: "2.1.0", runs: [run] }, null, 2)}\n`;
}

function resultOf(finding: Finding) {
  const { rule, level, message: text, file, line, column, policy, statement } = finding;
  return {
    ruleId: rule,
    ruleIndex: IDS.indexOf(rule),
    level,
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(file),
          region: { startLine: line, startColumn: column },
        },
      },
    ],
    properties: { policy, statement },
  };
}

/** Relative paths are those of the checkout in which the command ran. */
function artifact(file: string): { uri: string; uriBaseId?: string } {
  if (isAbsolute(file)) return { uri: pathToFileURL(file).href };
  const path = file.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
  return { uri: path.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}
