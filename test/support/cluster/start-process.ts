import { startCluster } from "./start.ts";

// A cluster in a process of its own, to be killed: prints the process ids of its programs.
const { components } = await startCluster();
process.stdout.write(`${JSON.stringify(Object.values(components).map(({ pid }) => pid))}\n`);
