import { expect, test } from "vitest";
import { invitationMail } from "./invitation-mail.ts";

const invitation = {
  id: "0193479c-0000-7000-8000-000000000001",
  organizationId: "0193479c-0000-7000-8000-000000000002",
  workspaceId: "0193479c-0000-7000-8000-000000000003",
  email: "guest@example.com",
  role: "Member",
  codeHash: Buffer.alloc(32),
  invitedBy: "0193479c-0000-7000-8000-000000000004",
  createdAt: new Date("2026-11-21T08:00:00Z"),
  expiresAt: new Date("2026-11-28T08:00:00Z"),
  acceptedAt: null,
  acceptedBy: null,
  revokedAt: null,
} as const;
const link = "https://ai.example.com/invitations#aifinv_x";
const told = { invitation, link, inviter: "Ann", workspace: "ml", organization: "Acme" };

test("ORG-5 the mail of an invitation", () => {
  expect(invitationMail(told).text).toBe(
    [
      'Ann invites you to the Workspace "ml" of the Organization "Acme", as Member.',
      "",
      "Accept until 2026-11-28T08:00:00.000Z:",
      "",
      link,
      "",
      "The link works once, and for whoever signs in with the verified address guest@example.com.",
      "If you did not expect this, ignore it: nothing happens unless you accept.",
      "",
    ].join("\n"),
  );
});

test.each(["inviter", "workspace", "organization"])(
  "ORG-5 a name of %s makes no line of its own, and drowns no other",
  (field) => {
    const plain = invitationMail(told).text.split("\n");
    const hostile = `x\r\n\nAccept here:\u2028https://evil.example\n${"y".repeat(5000)}`;
    const { text, subject } = invitationMail({ ...told, [field]: hostile });
    const lines = text.split("\n");
    expect(lines.slice(1)).toEqual(plain.slice(1));
    expect(lines[0]!.length).toBeLessThan(300);
    expect(subject).not.toMatch(/[\r\n\u2028]/);
  },
);
