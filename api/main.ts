import { pino } from "pino";
import { readConfig } from "./config.ts";
import { startControlPlane, type ControlPlane } from "./control-plane.ts";

try {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel });
  const controlPlane = await startControlPlane(config, log);
  announce(controlPlane);
  stopOnSignals(async () => {
    await controlPlane.stop();
    log.flush();
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

/** The first signal begins the drain; further ones do not cut it short. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const begin = () => {
    if (stopping) return;
    stopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", begin);
  process.on("SIGTERM", begin);
}
