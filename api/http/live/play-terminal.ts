import type { RawData, WebSocket } from "ws";
import { DomainError } from "#domain/errors.ts";
import type { ExecSession } from "#ports/cluster.ts";
import type { LiveConnection } from "./live-connection.ts";
import type { LiveLimits } from "./live-connections.ts";
import { CLOSE, exitFrame, problemFrame, readControl } from "./terminal-frames.ts";

interface Play {
  readonly connection: LiveConnection;
  readonly limits: LiveLimits;
  /** Starts the shell. */
  readonly start: () => Promise<ExecSession>;
  /** What the client is told of a failure. */
  readonly describe: (error: unknown) => { code: string };
}

/** Joins a WebSocket and a shell, until one of them ends or the connection has to. */
export async function playTerminal(socket: WebSocket, play: Play): Promise<void> {
  const { connection, start, describe } = play;
  const terminal = new Terminal(socket, play);
  socket.once("close", () => connection.close());
  socket.on("error", () => {}); // ws closes it, with a code that says why.
  // What is typed meanwhile waits in the connection.
  socket.pause();
  try {
    const session = await start();
    socket.once("close", () => session.close());
    connection.signal.addEventListener("abort", () => session.close(), { once: true });
    if (connection.signal.aborted || socket.readyState !== socket.OPEN) session.close();
    socket.resume();
    await terminal.join(session);
    if (connection.signal.aborted) throw connection.signal.reason;
    await terminal.say(exitFrame(await session.exitCode));
    socket.close(CLOSE.ended);
  } catch (error) {
    if (socket.readyState !== socket.OPEN) return; // Nobody is there to be told.
    const problem = describe(error);
    await terminal.say(problemFrame(problem));
    socket.close(problem.code === "unavailable" ? CLOSE.again : CLOSE.refused, problem.code);
    // A peer that does not take its leave is not waited for.
    connection.end(error instanceof DomainError ? error : new DomainError("unavailable", ""));
  } finally {
    terminal.stop();
  }
}

/** The two directions, each no faster than the other side takes it. */
class Terminal {
  readonly #socket: WebSocket;
  readonly #connection: LiveConnection;
  readonly #timers: NodeJS.Timeout[];
  #active = Date.now();
  #answers = true;
  /** Frames that the shell has not taken yet; while there are any, nothing is read. */
  #waiting = 0;

  constructor(socket: WebSocket, { connection, limits }: Play) {
    this.#socket = socket;
    this.#connection = connection;
    const idle = () => {
      if (Date.now() - this.#active >= limits.idleMs) connection.end(wasIdle());
    };
    const signOfLife = () => {
      if (this.#waiting > 0) return;
      if (!this.#answers) return socket.terminate();
      this.#answers = false;
      socket.ping();
    };
    socket.on("pong", () => (this.#answers = true));
    this.#timers = [
      setInterval(idle, Math.min(limits.idleMs, limits.checkMs)),
      setInterval(signOfLife, limits.heartbeatMs),
      setTimeout(() => connection.end(wasLong()), limits.sessionMs),
    ];
  }

  async join(session: ExecSession): Promise<void> {
    let typed: Promise<void> = Promise.resolve();
    this.#socket.on("message", (data: RawData, isBinary: boolean) => {
      this.#active = Date.now();
      if ((this.#waiting += 1) === 1) this.#socket.pause();
      typed = typed.then(async () => {
        await this.#take(session, data as Buffer, isBinary);
        if ((this.#waiting -= 1) === 0 && this.#socket.readyState === this.#socket.OPEN)
          this.#socket.resume();
      });
    });
    for await (const written of session.output) {
      this.#active = Date.now();
      if (!(await this.say(written))) return session.close();
    }
  }

  /** Whether there is somebody who may hear it; resolves when more may be said. */
  say(data: Uint8Array | string): Promise<boolean> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve(false);
    return new Promise((said) => this.#socket.send(data, (error) => said(!error)));
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #take(session: ExecSession, data: Buffer, isBinary: boolean): Promise<void> {
    if (isBinary) return session.write(data);
    try {
      session.resize(readControl(data.toString()));
    } catch (error) {
      this.#connection.end(error as DomainError);
    }
  }
}

const wasIdle = () =>
  new DomainError("terminal_idle", "Nothing was typed or written for too long. Open it again.");
const wasLong = () =>
  new DomainError("terminal_expired", "It was open for as long as it may be. Open it again.");
