import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the keys that service-account tokens are signed with, and the administrator's token; answers the token. */
export function writeCredentials(folder: string): string {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const token = randomBytes(24).toString("hex");
  write(folder, "service-account.pub", publicKey);
  write(folder, "service-account.key", privateKey);
  write(folder, "tokens.csv", `${token},admin,admin,"system:masters"\n`);
  return token;
}

/** A kubeconfig's part that says where the API server is and whom to trust; as in the file. */
export interface ServerEntry {
  server: string;
  "certificate-authority-data": string;
}

/** The file of the certificate that an API server of ours makes at its first start, and of the one that vouches for it. */
export const servingCertificate = (folder: string): string => join(folder, "apiserver.crt");

/** Its own certificate is the one to trust. */
export const ownServer = (folder: string, server: string): ServerEntry => ({
  server,
  "certificate-authority-data": readFileSync(servingCertificate(folder)).toString("base64"),
});

/** Writes a kubeconfig for whoever has the token; answers its path. */
export function writeKubeconfig(
  folder: string,
  name: string,
  cluster: ServerEntry,
  token: string,
): string {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  };
  return write(folder, `${name}.kubeconfig`, JSON.stringify(kubeconfig));
}

function write(folder: string, name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
