import { createHash } from "node:crypto";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../test/support/site.ts";

let site: TestSite;
let page: string;
let policy: string;
beforeAll(async () => {
  site = await startTestSite();
  const { status, body, headers } = await site.request("GET", "/invitations");
  expect(status).toBe(200);
  page = body;
  policy = headers.get("content-security-policy")!;
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
});
afterAll(() => site?.stop());

const inside = (tag: string) => new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)![1]!;
const hash = (text: string) => createHash("sha256").update(text).digest("base64");

/** Runs the page's script at an address; answers what each element says and whether it is hidden. */
function open(fragment: string) {
  const elements: Record<string, { hidden: boolean; textContent: string }> = {};
  const getElementById = (id: string) => {
    expect(page).toContain(`id="${id}"`);
    return (elements[id] ??= { hidden: true, textContent: "" });
  };
  const location = { hash: fragment, origin: "https://ai.example.com" };
  runInNewContext(inside("script"), { document: { getElementById }, location, decodeURIComponent });
  return elements;
}

test("ORG-5 the page of an invitation says how to accept it", () => {
  const code = `aifinv_${"aZ0-_".repeat(8)}abc`;
  const { invited, uninvited, curl, sdk } = open(`#${code}`);
  expect(invited!.hidden).toBe(false);
  expect(uninvited).toBeUndefined();
  expect(curl!.textContent).toBe(
    [
      "curl -X POST https://ai.example.com/v1/invitations/accept \\",
      '  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\',
      `  -d '{"code":"${code}"}'`,
    ].join("\n"),
  );
  expect(sdk!.textContent).toBe(`await client.acceptInvitation({ body: {"code":"${code}"} });`);
});

test.each(["", "#", "#nope", `#aifinv_${"a".repeat(43)}';rm -rf ~;'`, "#%", "#<script>"])(
  "ORG-5 an address with %s shows nothing to copy",
  (fragment) => {
    const { invited, uninvited, curl, sdk } = open(fragment);
    expect([invited, uninvited?.hidden, curl, sdk]).toEqual([
      undefined,
      false,
      undefined,
      undefined,
    ]);
  },
);

test("ID-1 it holds no data, sends none, and runs nothing but its own script", () => {
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`script-src 'sha256-${hash(inside("script"))}'`);
  expect(policy).toContain(`style-src 'sha256-${hash(inside("style"))}'`);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(inside("script")).not.toMatch(/innerHTML|fetch|XMLHttp|eval|write\(/);
});
