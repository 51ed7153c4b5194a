import { openReplica } from "./worker-site.ts";

// A replica as a process of its own, to be killed: `node worker-process.ts <database url> <options as JSON>`.
const [url, options] = process.argv.slice(2);
const { worker } = await openReplica(url!, {
  ...JSON.parse(options!),
  worker: { leaseMs: 800, pollMs: 50 },
});
worker.start();
process.stdout.write("started\n");
