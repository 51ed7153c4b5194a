import { expect, test } from "vitest";
import { SimulatedShell } from "./shell.ts";

function type(tty: boolean, ...typed: string[]) {
  let shown = "";
  const shell = new SimulatedShell({ tty, print: (text) => void (shown += text) });
  const exitCode = typed.reduce<number | null>((code, text) => code ?? shell.feed(text), null);
  return { shown, exitCode };
}

test("RES-6 the simulated shell says what it is", () => {
  let shown = "";
  new SimulatedShell({ tty: true, print: (text) => void (shown += text) }).greet();
  expect(shown).toMatch(/^This is a simulated terminal: .+\r\nsimulated\$ $/);
});

const WITHOUT_TERMINAL: [string, number | null, string][] = [
  ["exit\n", 0, ""],
  ["exit 7\n", 7, ""],
  ["exit 256\n", 0, ""],
  ["exit seven\n", 2, ""],
  ["echo a  b\nexit\n", 0, "a b\n"],
  ["ls\nexit\n", 127, "sh: ls: not found (this terminal is simulated)\n"],
  ["ls\n\nexit\n", 0, "sh: ls: not found (this terminal is simulated)\n"],
  ["echo \x1b[Ax\r", null, "x\n"],
  ["exit 1\necho never\n", 1, ""],
  ["\x00\x01", null, ""],
];

const AT_TERMINAL: [string, number | null, string][] = [
  ["exit 3\r", 3, "exit 3\r\n"],
  ["\x04", 0, "exit\r\n"],
  ["a\x04", null, "a"],
  ["exiz\x7ft 4\r", 4, "exiz\b \bt 4\r\n"],
  ["\x7f", null, ""],
  ["ls\x03", null, "ls^C\r\nsimulated$ "],
  ["é\x7f", null, "é\b \b"],
  ["x".repeat(5000), null, "x".repeat(4096)],
];

test("RES-6 the simulated shell reads lines, and at a terminal shows what is typed", () => {
  for (const [typed, exitCode, shown] of WITHOUT_TERMINAL)
    expect({ typed, ...type(false, typed) }).toEqual({ typed, exitCode, shown });
  for (const [typed, exitCode, shown] of AT_TERMINAL) {
    expect({ typed, ...type(true, typed) }).toEqual({ typed, exitCode, shown });
    expect({ typed, ...type(true, ...typed) }).toEqual({ typed, exitCode, shown });
  }
});
