import type { Client } from "@aifactory/sdk";

export const REGIONS = ["hanoi", "tokyo"];

interface Credit {
  amount: string;
  service?: "notebook" | "container";
}

/** Makes a Workspace with notebooks and containers in both regions, and redeems vouchers for its Organization. */
export async function fund(
  { owner, operator }: { owner: Client; operator: Client },
  organizationId: string,
  credits: Credit[],
  regions = REGIONS,
): Promise<string> {
  const path = { organizationId };
  const { id: workspaceId } = await owner.createWorkspace({ path, body: { name: "crash" } });
  for (const service of ["notebook", "container"] as const)
    await owner.enableService({ path: { workspaceId, service }, body: { regions } });
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  for (const { amount, service } of credits) {
    const voucher = { amount: { amount, currency: "USD" as const }, expiresAt };
    const { code } = await operator.issueVoucher({
      body: service === undefined ? voucher : { ...voucher, services: [service] },
    });
    await owner.redeemVoucher({ path, body: { code: code! } });
  }
  return workspaceId;
}
