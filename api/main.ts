import { pino } from "pino";
import { readConfig } from "./config.ts";
import { describeError } from "./describe-error.ts";
import { startControlPlane, type ControlPlane } from "./control-plane.ts";

try {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel, serializers: { err: describeError } });
  const controlPlane = await startControlPlane(config, log);
  announce(controlPlane);
  const end = ender(async () => {
    await controlPlane.stop();
    log.flush();
  });
  process.on("SIGINT", () => end(0));
  process.on("SIGTERM", () => end(0));
  void controlPlane.failed.then(() => {
    console.error(
      "PostgreSQL has ended by itself, so the control plane ends too. Start it again: it recovers, and work goes on. " +
        `PostgreSQL's last words are in ${config.dataDir}/postgres/server.log.`,
    );
    end(1);
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function announce({ url, localFile, simulatedRegions }: ControlPlane): void {
  console.log(`AI Factory   ${url}`);
  console.log(`API          ${url}/docs`);
  if (simulatedRegions.length > 0) {
    console.log(`Simulated    ${simulatedRegions.join(", ")}: nothing real is provisioned`);
  }
  if (localFile === null) return;
  console.log(`Token        "ownerToken" in ${localFile}, for example:`);
  console.log(`             TOKEN=$(node -p 'require("${localFile}").ownerToken')`);
  console.log(`             curl -H "Authorization: Bearer $TOKEN" ${url}/v1/me`);
}

/** The first call begins the drain; further ones do not cut it short. */
function ender(stop: () => Promise<void>): (code: number) => void {
  let ending = false;
  return (code) => {
    if (ending) return;
    ending = true;
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
}
