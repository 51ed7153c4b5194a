import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Balancer {
  readonly url: string;
  close(): Promise<void>;
}

/** The site's one address: each new connection goes to the next of the replicas that live. */
export async function startBalancer(ports: () => number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let next = 0;
  const server = createServer((client) => {
    open.add(client);
    client.on("error", () => {});
    client.on("close", () => open.delete(client));
    const living = ports();
    const port = living[next++ % Math.max(1, living.length)];
    if (port === undefined) return void client.destroy();
    const replica = connect(port, "127.0.0.1");
    replica.on("error", () => {});
    replica.on("close", () => client.destroy());
    client.on("close", () => replica.destroy());
    client.pipe(replica).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
