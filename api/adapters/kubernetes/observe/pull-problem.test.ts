import { expect, test } from "vitest";
import { pullProblem } from "./pull-problem.ts";

const pull = (rest: string) =>
  `failed to pull and unpack image "a.example/x:1": failed to resolve reference "a.example/x:1": ${rest}`;

test.each([
  ["a.example/x:1: not found", /no such image/],
  ["pull access denied, repository does not exist or may require authorization", /login/],
  ["unexpected status from HEAD request: 401 Unauthorized", /login/],
  ["429 Too Many Requests - toomanyrequests: You have reached your pull rate limit", /limits/],
  ["no match for platform in manifest: not found", /no such image|processor/],
  ["write /var/lib/containerd: no space left on device", /no room/],
])("RES-4 %s", (said, sentence) => {
  expect(pullProblem("ErrImagePull", pull(said))).toMatch(sentence);
});

test("ORG-3 a failed pull tells nothing of what a node meets at an address", () => {
  const met = [
    "dial tcp 10.0.0.5:443: connect: connection refused",
    "dial tcp 10.0.0.5:443: i/o timeout",
    "dial tcp: lookup a.example on 10.96.0.10:53: no such host",
    "http: server gave HTTP response to HTTPS client",
    'Back-off pulling image "a.example/404/unauthorized:1"',
    "tls: failed to verify certificate: x509: certificate is valid for vault.hanoi.internal",
    "unexpected status from HEAD request to https://10.0.0.5/v2/: 500 Internal Server Error",
  ].map((rest) => pullProblem("ErrImagePull", pull(rest)));
  expect(new Set(met).size).toBe(1);
  expect(met[0]).not.toMatch(/10\.|internal/);
});
