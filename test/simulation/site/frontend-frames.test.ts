import { expect, test } from "vitest";
import { FrontendFrames } from "./frontend-frames.ts";

const message = (type: string, body: string) => {
  const content = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
};
const STARTUP = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]);
const query = (sql: string) => message("Q", `${sql}\0`);
const extended = (sql: string) => [
  message("P", `name\0${sql}\0\0\0`),
  message("E", "\0\0\0\0\0"),
  message("S", ""),
];

/** Which of the messages commit, by their place. */
function commits(chunks: Buffer[]): number[] {
  const frames = new FrontendFrames();
  const seen = chunks.flatMap((chunk) => frames.push(chunk));
  return seen.flatMap(({ commits: yes }, index) => (yes ? [index] : []));
}

test("a COMMIT is seen as a simple and as an extended query, and nothing else of its transaction", () => {
  const simple = ["begin; select site_now() as now", "update wallets", "select 1", "commit"];
  expect(commits([STARTUP, ...simple.map(query)])).toEqual([4]);
  const [begin, update, commit] = ["begin", "insert into x", "COMMIT"].map(extended);
  expect(commits([STARTUP, ...begin!, ...update!, ...commit!])).toEqual([9]);
});

test("a write outside a transaction commits by itself, a read does not", () => {
  expect(commits([STARTUP, query("select 1"), query("update x set y = 1")])).toEqual([2]);
  expect(
    commits([STARTUP, query("begin"), query("rollback"), ...extended("delete from x")]),
  ).toEqual([5]);
});

test("messages are found however they are cut, and go on as they came", () => {
  const all = Buffer.concat([STARTUP, query("begin"), query("commit")]);
  const frames = new FrontendFrames();
  const seen = [...all].flatMap((byte) => frames.push(Buffer.from([byte])));
  expect(seen.map((frame) => frame.commits)).toEqual([false, false, true]);
  expect(Buffer.concat(seen.map(({ bytes }) => bytes))).toEqual(all);
});
