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

/** Names what was skipped, then prints the counts alone on the last line; fails when nothing ran or anything failed. */
const file = process.argv[2]!;
const results = read(file);
const skipped = results.testResults.flatMap((suite) =>
  suite.assertionResults
    .filter(
      (test) => test.status === "skipped" || test.status === "pending" || test.status === "todo",
    )
    .map((test) => test.fullName),
);
for (const name of skipped) console.log(`skipped: ${name}`);
// A file that cannot even be loaded has no tests to count, but it has failed.
const broken = results.testResults.filter(
  (suite) => suite.status === "failed" && suite.assertionResults.length === 0,
);
for (const suite of broken) console.log(`failed to load: ${suite.name}`);
const failed = results.numFailedTests + broken.length;
console.log(`${results.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed > 0 || results.numPassedTests === 0 ? 1 : 0;

function read(path: string): Results {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Results;
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, testResults: [] };
  }
}
