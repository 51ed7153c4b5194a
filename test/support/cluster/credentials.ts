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

/** A kubeconfig for whoever has the token, which trusts the certificate that the API server made itself. */
export function writeKubeconfig(
  folder: string,
  name: string,
  { server, token, ca }: { server: string; token: string; ca: Buffer },
): string {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [
      { name: "test", cluster: { server, "certificate-authority-data": ca.toString("base64") } },
    ],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  };
  return write(folder, `${name}.kubeconfig`, JSON.stringify(kubeconfig));
}

/** There once the API server has been up. */
export const servingCertificate = (folder: string): Buffer =>
  readFileSync(join(folder, "apiserver.crt"));

function write(folder: string, name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}
