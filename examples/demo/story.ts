import { AiFactoryError, paginate, type Client } from "@aifactory/sdk";
import { expectByHand } from "./by-hand.ts";
import { printCharges } from "./charges.ts";
import type { Deployment, Made } from "./deployment.ts";
import { openIntervals, printIntervals } from "./intervals.ts";
import { heading, line } from "./print.ts";
import { stop } from "./stop.ts";

export interface Stage {
  deployment: Deployment;
  organizationId: string;
  owner: Client;
  operator: Client;
  /** Somebody who is a Member of the Workspace. */
  member(workspaceId: string): Promise<Client>;
  time: Time;
  /** Where the clusters are real. */
  kubernetes?: Kubernetes;
}

export interface Time {
  /** What passes, as a sentence. */
  span: string;
  pass(): Promise<void>;
  /** Until every minute that something ended in is over and charged. */
  untilCharged(): Promise<void>;
}

export interface Kubernetes {
  /** Prints what is there of ours. */
  show(): Promise<void>;
  /** Throws where something is left. */
  expectNothing(): Promise<void>;
}

/** The main job from an empty Organization to an empty Organization, told as it happens. */
export async function tellStory(stage: Stage): Promise<void> {
  const { deployment, time, kubernetes } = stage;
  heading("The Owner funds the Organization with a voucher");
  await fund(stage);

  heading("A Workspace with boundary and Quota, a Notebook, a GPU Container");
  const made = await deployment.up();
  if (kubernetes !== undefined) {
    heading("What Kubernetes has of them");
    await kubernetes.show();
  }

  heading("What a Member may not do");
  await showRefusals(stage, made);

  heading(time.span);
  await time.pass();
  const intervals = await openIntervals(stage, made);
  if (kubernetes !== undefined) {
    heading("Stopped, they free their GPUs and keep their volumes");
    await stop(stage.owner, made);
    await kubernetes.show();
  }

  heading("Everything goes away");
  await deployment.destroy();
  await expectEmpty(stage);
  await kubernetes?.expectNothing();
  await time.untilCharged();

  heading("What it cost, to the millionth");
  const ended = await printIntervals(stage, intervals);
  expectByHand(ended, await printCharges(stage));
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

async function showRefusals(stage: Stage, made: Made): Promise<void> {
  const { workspaceId, notebookId } = made;
  const { organizationId } = stage;
  const member = await stage.member(workspaceId);
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

async function expectEmpty({ owner, organizationId }: Stage): Promise<void> {
  for await (const workspace of paginate(owner.listWorkspaces, { path: { organizationId } })) {
    throw new Error(`the Workspace ${workspace.name} is still there`);
  }
  line("The Organization is empty again");
}
