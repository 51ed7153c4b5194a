import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** A mail as it came over the wire. */
export interface ReceivedMail {
  /** Of the envelope. */
  readonly from: string;
  readonly to: string[];
  /** Unfolded and decoded, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A real SMTP server on loopback that keeps what it is given. */
export interface Mailbox {
  readonly url: string;
  readonly received: ReceivedMail[];
  stop(): Promise<void>;
}

export async function startMailbox(
  options: SMTPServerOptions & { port?: number } = {},
): Promise<Mailbox> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, { envelope }, done) {
      const { mailFrom, rcptTo } = envelope;
      void text(stream).then((raw) => {
        const to = rcptTo.map(({ address }) => address);
        received.push({ from: mailFrom === false ? "" : mailFrom.address, to, ...parse(raw) });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => {}); // Clients that go away are no failure of the mailbox.
  const listening = await new Promise<AddressInfo>((resolve) => {
    const { port = 0 } = options;
    const socket = server.listen(port, "127.0.0.1", () => resolve(socket.address() as AddressInfo));
  });
  return {
    url: `smtp://127.0.0.1:${listening.port}`,
    received,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function parse(raw: string): Pick<ReceivedMail, "headers" | "text"> {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
    }),
  );
  const body = raw.slice(end + 4);
  const isQuoted = headers.get("content-transfer-encoding") === "quoted-printable";
  const decoded = isQuoted ? decodeQuoted(body.replaceAll(/=\r\n/g, "")) : body;
  return { headers, text: decoded.replaceAll("\r\n", "\n").replace(/\n$/, "") };
}

/** RFC 2047. */
function decodeWords(value: string): string {
  const word = /=\?UTF-8\?([BQ])\?([^?]*)\?=/gi;
  return value
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(word, (_, encoding: string, content: string) =>
      encoding.toUpperCase() === "B"
        ? Buffer.from(content, "base64").toString()
        : decodeQuoted(content.replaceAll("_", " ")),
    );
}

function decodeQuoted(value: string): string {
  const percent = value.replaceAll("%", "=25").replaceAll(/=([0-9A-F]{2})/g, "%$1");
  return decodeURIComponent(percent);
}
