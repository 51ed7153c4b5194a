import { createHash } from "node:crypto";
import type { Mounting } from "#http/mount.ts";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}
pre{background:#8882;padding:1rem;overflow-x:auto}`;

// The code is in the fragment, which no browser sends to a server; it is shown as text, never as markup.
const SCRIPT = `const code = location.hash.slice(1);
const show = (id) => { document.getElementById(id).hidden = false; };
const tell = (id, text) => { document.getElementById(id).textContent = text; };
if (/^aifinv_[A-Za-z0-9_-]{43}$/.test(code)) {
  const body = JSON.stringify({ code });
  tell("curl", "curl -X POST " + location.origin + "/v1/invitations/accept \\\\\\n" +
    '  -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\\\\\n' +
    "  -d '" + body + "'");
  tell("sdk", "await client.acceptInvitation({ body: " + body + " });");
  show("invited");
} else show("uninvited");
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AI Factory: an invitation</title>
<style>${STYLE}</style>
<h1>An invitation</h1>
<noscript><p>This page needs JavaScript to show the code that is in its address after the “#”.</p></noscript>
<div id="invited" hidden>
<p>Sign in with the address that the mail was sent to, take the token of that sign-in, and accept:</p>
<pre id="curl"></pre>
<p>Or with the SDK:</p>
<pre id="sdk"></pre>
<p>The code works once. Keep it to yourself until then.</p>
</div>
<p id="uninvited" hidden>The address of this page lacks the code of an invitation. Open the whole link of the mail.</p>
<p><a href="/docs">The API</a></p>
<script>${SCRIPT}</script>
`;

const hashOf = (content: string) =>
  `'sha256-${createHash("sha256").update(content).digest("base64")}'`;

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    `script-src ${hashOf(SCRIPT)}`,
    `style-src ${hashOf(STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Where an invitation's mail leads unless the operator names another page: says how to accept. Holds no data, so it is open to all (ID-1). */
export function invitationPage(app: Mounting["app"]): void {
  app.get("/invitations", (c) => c.body(PAGE, 200, HEADERS));
}
