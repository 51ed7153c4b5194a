import { readFileSync } from "node:fs";

interface Results {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    assertionResults: { status: string; fullName: string }[];
  }[];
}

/**
 * Names what was skipped, then prints the counts of all runs alone on the last line; fails when a run had no tests or
 * anything failed.
 */
const runs = process.argv.slice(2).map(read);
const suites = runs.flatMap((run) => run?.testResults ?? []);
const skipped = suites.flatMap((suite) =>
  suite.assertionResults
    .filter(
      (test) => test.status === "skipped" || test.status === "pending" || test.status === "todo",
    )
    .map((test) => test.fullName),
);
for (const name of skipped) console.log(`skipped: ${name}`);
// A file that cannot even be loaded has no tests to count, but it has failed.
const broken = suites.filter(
  (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
);
for (const suite of broken) console.log(`failed to load: ${suite.name}`);
const passed = sum(runs.map((run) => run?.numPassedTests ?? 0));
// A run without tests has not shown anything.
const failed =
  sum(runs.map((run) => run?.numFailedTests ?? 0)) +
  broken.length +
  runs.filter((run) => (run?.numPassedTests ?? 0) === 0).length;
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed > 0 ? 1 : 0;

function read(path: string): Results | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Results;
  } catch {
    console.log(`no tests were run: ${path}`);
    return null;
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, it) => total + it, 0);
}
