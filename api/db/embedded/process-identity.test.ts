import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { processIdentity } from "./process-identity.ts";

test("a process keeps its identity while it runs and has none afterwards", async () => {
  const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
  const identity = processIdentity(child.pid!);
  expect(identity).toBeTypeOf("string");
  expect(processIdentity(child.pid!)).toBe(identity);
  expect(processIdentity(process.pid)).not.toBe(identity);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(processIdentity(child.pid!)).toBeUndefined();
});

test.skipIf(process.platform !== "linux")("a zombie has no identity", async () => {
  // The shell's child ends at once, and the program that replaces the shell never collects it.
  const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"]);
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const zombie = Number(line.toString());
  await expect.poll(() => processIdentity(zombie), { timeout: 5000 }).toBeUndefined();
  expect(() => process.kill(zombie, 0), "it is still listed").not.toThrow();
  parent.kill("SIGKILL");
  await once(parent, "exit");
});
