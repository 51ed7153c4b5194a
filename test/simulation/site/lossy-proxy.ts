import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { FrontendFrames } from "./frontend-frames.ts";
import { MessageCutter } from "./message-cutter.ts";

const READY_FOR_QUERY = 0x5a;

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
  const answers = new MessageCutter({ firstHasType: true });
  let [asked, answered] = [0, 0];
  /** The question whose answer is lost. */
  let lost = Infinity;
  client.on("data", (chunk: Buffer) => {
    for (const { bytes, asks, commits } of frames.push(chunk)) {
      if (asks) asked += 1;
      const verdict = commits ? onCommit() : "pass";
      if (verdict === "neverSent") return void client.destroy();
      if (verdict === "answerLost") lost = Math.min(lost, asked);
      database.write(bytes);
    }
  });
  // The answer to a commit comes after it has happened: whoever never sees it cannot tell. What was asked before it, and sent
  // together with it, is answered.
  database.on("data", (chunk: Buffer) => {
    for (const message of answers.push(chunk)) {
      if (answered + 1 === lost) return void client.destroy();
      client.write(message);
      if (message[0] === READY_FOR_QUERY) answered += 1;
    }
  });
}
