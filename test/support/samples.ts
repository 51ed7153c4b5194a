import { randomUUID } from "node:crypto";
import type { OperationId } from "@aifactory/sdk/policy";

/** What sample bodies point at; the caller makes it exist. */
export interface SampleReferences {
  readonly organizationId: string;
  readonly workspaceId: string;
  /** A stopped container in `hanoi`. */
  readonly containerId: string;
  readonly voucherCode: string;
}

type Sample = Record<string, unknown>;

/** The bodies that an operation accepts; together they name every field of its schema. The first one is good for a call. */
export function samplesOf(operation: OperationId, references: SampleReferences): Sample[] {
  return SAMPLES[operation]?.(references) ?? [];
}

/** A name that nothing else has. */
export function uniqueName(): string {
  return `sample-${randomUUID()}`;
}

const statements = [
  { effect: "Allow", service: "notebook", regions: ["hanoi", "tokyo"], actions: "*" },
  { effect: "Allow", service: "container", regions: "*", actions: ["container:create"] },
];
const notebookIdleStop = { afterMinutes: 120 };
const tags = { team: "vision", "cost/centre": "4711" };
const ports = [
  { port: 8888, protocol: "HTTP" },
  { port: 2222, protocol: "TCP" },
];
const env = [
  { name: "MODEL_NAME", value: "llama", secret: false },
  { name: "API_KEY", value: "s3cret", secret: true },
];
const command = ["python3", "-m", "http.server"];
const registryCredentials = { server: "registry.example.com", username: "robot", password: "pass" };
const image = "docker.io/library/ubuntu:24.04";
const disk = { sizeGib: 20, mountPath: "/data" };

const container = () => ({
  name: uniqueName(),
  region: "hanoi",
  flavor: "h100-sxm5-1",
  image,
  ports,
  env,
  command,
  disk,
  registryCredentials,
  maxRunningSeconds: 3600,
  tags,
  clientToken: uniqueName(),
});

const token = ({ workspaceId }: SampleReferences) => [
  { name: uniqueName(), expiresInSeconds: 3600, readOnly: true, workspaceId },
];

const expectation = () => [{ expect: "noNewAccess" }];
const written = () => [{ name: uniqueName(), description: "A sample", statements }];
const saved = () => ({
  boundaries: [{ policyId: "pol_01jd0000000000000000000000" }],
  identityPolicies: [{ policyId: "pol_01jd0000000000000000000000" }],
});
const principalOf = ({ workspaceId }: SampleReferences) => ({
  workspaceId,
  userId: "usr_01jd0000000000000000000000",
});

const balanceAlert = () => [
  { threshold: { amount: "10.00", currency: "USD" }, recipients: ["finance@example.com"] },
];

const SAMPLES: Partial<Record<OperationId, (references: SampleReferences) => Sample[]>> = {
  createOrganization: () => [{ name: uniqueName() }],
  updateOrganization: () => [{ name: uniqueName() }],
  createWorkspace: () => [
    { name: uniqueName(), boundaryLocked: false, notebookIdleStop, clientToken: uniqueName() },
  ],
  updateWorkspace: () => [{ name: uniqueName(), boundaryLocked: false, notebookIdleStop }],
  enableService: () => [{ regions: ["hanoi", "tokyo"] }],
  createInvitation: () => [{ email: `${uniqueName()}@example.com`, role: "Member" }],
  acceptInvitation: () => [{ code: `aifinv_${"A".repeat(43)}` }],
  putMember: () => [{ role: "Member" }],
  createPolicy: () => [
    { name: uniqueName(), description: "A sample", statements, clientToken: uniqueName() },
  ],
  updatePolicy: () => [{ description: "A better sample", statements, expect: "noNewAccess" }],
  attachWorkspacePolicy: expectation,
  attachMemberPolicy: expectation,
  simulatePolicies: (references) => [
    {
      role: "Member",
      services: { notebook: ["hanoi", "tokyo"], container: "*" },
      boundaries: written(),
      identityPolicies: written(),
      requests: [{ action: "notebook:create", region: "hanoi", owns: true }],
      owns: false,
    },
    { ...saved(), principal: principalOf(references) },
  ],
  lintPolicies: (references) => [
    { boundaries: written(), identityPolicies: written() },
    { ...saved(), ...principalOf(references) },
  ],
  diffPolicies: (references) => {
    const place = { policy: uniqueName(), ...principalOf(references) };
    return [{ policies: written() }, { policies: written(), attach: [place], detach: [place] }];
  },
  putQuota: () => [{ period: "month", limitUsd: "1000000.00", enforceOnStart: true }],
  createServiceAccount: () => [{ name: uniqueName() }],
  createServiceAccountToken: token,
  createToken: token,
  createNotebook: () => [
    {
      name: uniqueName(),
      region: "hanoi",
      flavor: "cpu-small",
      image: "jupyter-base",
      homeVolume: { sizeGib: 10 },
      idleStop: { afterMinutes: 60 },
      tags,
      clientToken: uniqueName(),
    },
  ],
  updateNotebook: () => [
    {
      name: uniqueName(),
      flavor: "cpu-medium",
      image: "jupyter-scipy",
      homeVolume: { sizeGib: 12 },
      idleStop: { afterMinutes: 90 },
      tags,
    },
    { idleStop: "never" },
  ],
  createNotebookAccessSession: () => [{ port: 8888 }],
  createContainerAccessSession: () => [{ port: 8888 }],
  recreateNotebook: () => [{ homeVolume: "keep" }],
  createContainer: () => [
    container(),
    { name: uniqueName(), region: "hanoi", flavor: "h100-sxm5-1", template: "ubuntu" },
  ],
  updateContainer: () => [
    {
      name: uniqueName(),
      flavor: "h100-sxm5-2",
      image,
      ports,
      env,
      command,
      disk: { sizeGib: 30 },
      registryCredentials,
      maxRunningSeconds: 7200,
      tags,
    },
  ],
  createWorkspaceTemplate: () => [{ name: uniqueName(), image, ports, env, command, disk }],
  createVolume: () => [
    { name: uniqueName(), region: "hanoi", sizeGib: 10, tags, clientToken: uniqueName() },
  ],
  updateVolume: () => [{ name: uniqueName(), sizeGib: 20, tags }],
  attachVolume: ({ containerId }) => [{ containerId, mountPath: "/mnt/data" }],
  redeemVoucher: ({ voucherCode }) => [{ code: voucherCode }],
  issueVoucher: () => [
    {
      amount: { amount: "25.50", currency: "USD" },
      expiresAt: new Date(Date.now() + 365 * 86_400_000).toISOString(),
      services: ["notebook", "container"],
    },
  ],
  createBalanceAlert: balanceAlert,
  putBalanceAlert: balanceAlert,
  grantPlan: () => [
    {
      amount: { amount: "100.00", currency: "USD" },
      period: { unit: "month", count: 1 },
      renews: true,
      startsAt: new Date(Date.now() + 86_400_000).toISOString(),
    },
  ],
  advanceClock: () => [{ seconds: 1 }],
  mintToken: ({ organizationId, workspaceId }) => [
    {
      organizationId,
      email: `${uniqueName()}@example.com`,
      workspaces: [{ workspaceId, role: "Member" }],
    },
  ],
  // It strikes once something with that image comes, which nothing ever does.
  injectFailure: ({ containerId }) => [
    {
      region: "hanoi",
      failure: "crash",
      resourceId: containerId,
      image: "docker.io/never/used:1",
      count: 1,
      exitCode: 3,
    },
  ],
};
