import { AiFactoryError, paginate, type Client } from "@aifactory/sdk";
import { printCharges } from "./charges.ts";
import { openIntervals, printIntervals } from "./intervals.ts";
import { heading, line } from "./print.ts";
import type { Deployment, Made } from "./resources.ts";

export interface Stage {
  deployment: Deployment;
  organizationId: string;
  owner: Client;
  operator: Client;
  signIn(token: string): Client;
}

/** The main job from an empty Organization to an empty Organization, told as it happens. */
export async function tellStory(stage: Stage): Promise<void> {
  heading("The Owner funds the Organization with a voucher");
  await fund(stage);

  heading("A Workspace with boundary and Quota, a Notebook, a GPU Container");
  const made = await stage.deployment.up();

  heading("What a Member may not do");
  await showRefusals(stage, made);

  heading("An hour passes");
  await letAnHourPass(stage);

  heading("Everything goes away");
  const intervals = await openIntervals(stage, made);
  await stage.deployment.destroy();
  await expectEmpty(stage);
  // The minutes in which things ended are charged once they are over.
  await advance(stage, 61);

  heading("What it cost, to the millionth");
  await printIntervals(stage, intervals);
  await printCharges(stage);
}

async function fund({ operator, owner, organizationId }: Stage): Promise<void> {
  const { now } = await operator.getClock();
  const expiresAt = new Date(Date.parse(now) + 30 * 24 * 3_600_000).toISOString();
  const { code } = await operator.issueVoucher({
    body: { amount: { amount: "100.00", currency: "USD" }, expiresAt },
  });
  await owner.redeemVoucher({ path: { organizationId }, body: { code } });
  const wallet = await owner.getWallet({ path: { organizationId } });
  line(
    `Voucher ${code} redeemed; the Wallet holds ${wallet.total.amount} ${wallet.total.currency}`,
  );
}

async function showRefusals(
  { operator, organizationId, signIn }: Stage,
  made: Made,
): Promise<void> {
  const { workspaceId, notebookId } = made;
  const { token } = await operator.mintToken({
    body: {
      organizationId,
      email: "minh@example.com",
      workspaces: [{ workspaceId, role: "Member" }],
    },
  });
  const member = signIn(token!);
  const cpu = {
    name: "mine",
    flavor: "cpu-small",
    image: "jupyter-base",
    homeVolume: { sizeGib: 10 },
  };
  await refused(
    "a notebook in tokyo",
    member.createNotebook({ path: { workspaceId }, body: { ...cpu, region: "tokyo" } }),
  );
  await refused("stopping the Owner's notebook", member.stopNotebook({ path: { notebookId } }));
  await refused("reading the Wallet", member.getWallet({ path: { organizationId } }));
  await refused(
    "raising the Quota",
    member.putQuota({ path: { workspaceId }, body: { period: "day", limitUsd: "999.00" } }),
  );
}

async function refused(what: string, attempt: Promise<unknown>): Promise<void> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AiFactoryError))
    throw new Error(`${what} was not refused`, { cause: error });
  line(`${what}: ${error.status} ${error.code}`);
  line(`  ${error.detail}`);
}

async function letAnHourPass(stage: Stage): Promise<void> {
  const { now } = await stage.operator.getClock();
  const secondsToMinute = 60 - Math.floor((Date.parse(now) / 1000) % 60);
  const start = await advance(stage, secondsToMinute);
  line(`From a minute's start, ${start} …`);
  line(`… to ${await advance(stage, 3600)}`);
  const { total, burnPerHour } = await stage.owner.getWallet({
    path: { organizationId: stage.organizationId },
  });
  line(
    `The Wallet holds ${total.amount} ${total.currency}; it burns ${burnPerHour.amount} an hour`,
  );
}

async function advance({ operator }: Stage, seconds: number): Promise<string> {
  const { now } = await operator.advanceClock({ body: { seconds } });
  return now;
}

async function expectEmpty({ owner, organizationId }: Stage): Promise<void> {
  for await (const workspace of paginate(owner.listWorkspaces, { path: { organizationId } })) {
    throw new Error(`the Workspace ${workspace.name} is still there`);
  }
  line("The Organization is empty again");
}
