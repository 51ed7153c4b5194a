import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { connect } from "../../support/cluster/connect.ts";
import { kubernetesConfig } from "../../support/cluster/site.ts";
import { checksOf, type Internet } from "./checks.ts";
import { execProbe } from "./exec-probe.ts";
import { holds, runChecks, table } from "./run-checks.ts";
import { buildStage } from "./stage.ts";

const { values } = parseArgs({
  options: {
    kubeconfig: { type: "string" },
    image: { type: "string", default: "docker.io/library/busybox:1.37" },
    internet: { type: "string", default: "1.1.1.1:443" },
    "no-internet": { type: "boolean", default: false },
    "blocked-range": { type: "string", multiple: true, default: [] },
  },
});

if (values.kubeconfig === undefined) {
  console.error(
    "Name the administrator's file of a cluster: npm run test:network -- --kubeconfig FILE",
  );
  process.exitCode = 2;
} else process.exitCode = await prove(values.kubeconfig);

/** 0: the rules hold. 1: they do not. Throws where it could not be tried. */
async function prove(kubeconfig: string): Promise<number> {
  const prefix = `net-${randomUUID().slice(0, 8)}-`;
  const config = kubernetesConfig({
    id: "network",
    kubeconfig,
    products: {},
    namespacePrefix: prefix,
    // The image's process is root; the rules of the network are the same.
    podSecurity: "baseline",
    gateway: { namespace: `${prefix}gateway`, name: "none", domain: "network.example", from: null },
    blockedRanges: values["blocked-range"],
  });
  const admin = connect(kubeconfig);
  const stage = await buildStage(admin, config, { image: values.image });
  try {
    const judged = await runChecks(checksOf(stage, internet()), execProbe(admin, stage));
    for (const line of table(judged)) console.log(line);
    return holds(judged) ? 0 : 1;
  } finally {
    await stage.remove();
  }
}

function internet(): Internet | null {
  if (values["no-internet"]) return null;
  const [host = "", port = "443"] = values.internet.split(":");
  return { host, port: Number(port) };
}
