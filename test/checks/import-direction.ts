import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

/** What files under `from` may not import: a path inside the project, or a package. */
interface Rule {
  readonly from: string;
  readonly except?: RegExp;
  readonly forbidden: RegExp;
  readonly why: string;
}

const TEST = /\.test\.ts$|\/testing\//;

const RULES: readonly Rule[] = [
  {
    from: "sdk/policy/",
    forbidden: /^(?!sdk\/policy\/)/,
    why: "the evaluator depends on nothing (POL-7)",
  },
  {
    from: "sdk/",
    forbidden: /^(api|provider|policypacks|examples)\//,
    why: "the SDK comes before everything that uses it",
  },
  {
    from: "api/",
    forbidden:
      /^(sdk\/(?!policy\/)|provider\/|policypacks\/|examples\/)|^@aifactory\/sdk$|^@aifactory\/(?!sdk\/policy$)/,
    why: "of the SDK the API uses the policy vocabulary alone",
  },
  {
    from: "api/",
    except: /^api\/deploy\//,
    forbidden: /^api\/deploy\/|^@pulumi\//,
    why: "the control plane knows nothing of what deploys it, and its image has nothing of it",
  },
  {
    from: "api/contract/",
    forbidden: /^api\/(?!contract\/)|^(pg|drizzle-orm)/,
    why: "the contract knows neither database nor environment",
  },
  {
    from: "api/routes/",
    forbidden: /^api\/db\/|^(pg|drizzle-orm)/,
    why: "routes never touch the database",
  },
  {
    from: "api/domain/",
    forbidden:
      /^api\/(routes|http|adapters|worker)\/|^(hono|@hono\/node-server|@kubernetes|stripe|nodemailer)/,
    why: "the domain knows no HTTP and no adapter",
  },
  { from: "api/ports/", forbidden: /^api\/(?!ports\/)/, why: "a port is defined by itself" },
  {
    from: "api/db/",
    forbidden: /^api\/(routes|http|adapters|worker)\//,
    why: "the database layer lies below",
  },
  {
    from: "provider/",
    forbidden: /^(api|policypacks|examples)\//,
    why: "the provider speaks to the API over HTTP alone",
  },
  {
    from: "policypacks/",
    forbidden: /^(api|examples)\//,
    why: "policy packs use the SDK and the provider's types",
  },
  { from: "examples/", forbidden: /^api\//, why: "examples use what users have" },
];

const PACKAGES: Record<string, string> = {
  "#db/": "api/db/",
  "#contract/": "api/contract/",
  "#domain/": "api/domain/",
  "#ports/": "api/ports/",
  "#adapters/": "api/adapters/",
  "#worker/": "api/worker/",
  "#http/": "api/http/",
  "#api/": "api/",
};

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|import\(\s*["']([^"']+)["']\s*\)/g;

/** The file or package that a specifier means, as a path from the root where it is one of ours. */
function resolve(file: string, specifier: string): string {
  if (specifier.startsWith(".")) return normalize(join(dirname(file), specifier));
  const alias = Object.keys(PACKAGES).find((prefix) => specifier.startsWith(prefix));
  return alias === undefined ? specifier : PACKAGES[alias] + specifier.slice(alias.length);
}

const violations: string[] = [];
for await (const file of glob("{sdk,api,provider,policypacks,examples}/**/*.ts", {
  exclude: (name) => name.includes("node_modules"),
})) {
  if (TEST.test(file)) continue;
  const source = readFileSync(file, "utf8");
  for (const match of source.matchAll(IMPORT)) {
    const imported = resolve(file, match[1] ?? match[2] ?? match[3]!);
    for (const rule of RULES) {
      if (rule.except?.test(file)) continue;
      if (file.startsWith(rule.from) && rule.forbidden.test(imported)) {
        violations.push(`${file} imports ${imported}: ${rule.why}`);
      }
    }
  }
}
if (violations.length > 0) {
  console.error(violations.join("\n"));
  process.exitCode = 1;
}
