/** The first byte of each message of an exec (`v4.channel.k8s.io`, `v5.channel.k8s.io`). */
export const Channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 } as const;

export function frame(channel: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(channel), bytes]);
}

/** How a command ended. The exit code is null where it ended otherwise, and the message says how. */
export interface ExecStatus {
  readonly exitCode: number | null;
  readonly message: string | null;
}

interface StatusDocument {
  status?: string;
  message?: string;
  reason?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

/** Reads the `v1.Status` that ends an exec. */
export function readStatus(bytes: Uint8Array): ExecStatus {
  const { status, reason, message, details } = parse(bytes);
  if (status === "Success") return { exitCode: 0, message: null };
  const causes = reason === "NonZeroExitCode" ? (details?.causes ?? []) : [];
  const code = causes.find((it) => it.reason === "ExitCode")?.message ?? "";
  if (/^\d{1,3}$/.test(code)) return { exitCode: Number(code), message: null };
  return { exitCode: null, message: message ?? "The command ended, and nobody knows how." };
}

function parse(bytes: Uint8Array): StatusDocument {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString());
    return typeof document === "object" && document !== null ? document : {};
  } catch {
    return {};
  }
}
