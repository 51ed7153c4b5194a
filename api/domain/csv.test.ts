import { expect, test } from "vitest";
import { csvRow, verbatim } from "./csv.ts";

test("WAL-6 cells with commas, quotes and line ends are quoted (RFC 4180)", () => {
  expect(csvRow(["plain", "a,b", 'say "hi"', "two\r\nlines", null, 7])).toBe(
    'plain,"a,b","say ""hi""","two\r\nlines",,7\r\n',
  );
});

test.each(["=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "  =1", "\r=1", "|calc", "＝1"])(
  "WAL-6 a text that a spreadsheet would run is made a text: %j",
  (text) => {
    expect(csvRow([text]).replace(/^"/, "")).toMatch(/^'/);
  },
);

test("WAL-6 our own amounts stay numbers", () => {
  expect(csvRow([verbatim("-1.50"), -3])).toBe("-1.50,-3\r\n");
});
