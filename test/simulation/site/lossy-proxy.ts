import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { FrontendFrames } from "./frontend-frames.ts";

/** What becomes of a commit: it passes, is never sent, or is sent and its answer never arrives. */
export type Verdict = "pass" | "neverSent" | "answerLost";

export interface LossyProxy {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A TCP proxy between a replica and PostgreSQL that asks what shall become of each commit that goes by, and cuts the
 * connection where it does not pass.
 */
export async function startLossyProxy(options: {
  /** Where PostgreSQL listens at present. */
  port: () => number;
  onCommit: () => Verdict;
}): Promise<LossyProxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const database = connect(options.port(), "127.0.0.1");
    for (const socket of [client, database]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        database.destroy();
      });
    }
    forward(client, database, options.onCommit);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

function forward(client: Socket, database: Socket, onCommit: () => Verdict): void {
  const frames = new FrontendFrames();
  let losesAnswer = false;
  client.on("data", (chunk: Buffer) => {
    for (const { bytes, commits } of frames.push(chunk)) {
      const verdict = commits ? onCommit() : "pass";
      if (verdict === "neverSent") return void client.destroy();
      losesAnswer ||= verdict === "answerLost";
      database.write(bytes);
    }
  });
  // The answer to a commit comes after it has happened: whoever never sees it cannot tell.
  database.on("data", (chunk: Buffer) => {
    if (losesAnswer) client.destroy();
    else client.write(chunk);
  });
}
