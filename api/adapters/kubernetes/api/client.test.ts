import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test } from "vitest";
import { ClusterUnavailable } from "#ports/cluster.ts";
import { KubernetesClient } from "./client.ts";

test("RES-5 a write that was throttled for longer than its cluster belonged to us is not sent again", async () => {
  const sent: string[] = [];
  const server = createServer((request, response) => {
    sent.push(request.method!);
    response.writeHead(429, { "Retry-After": "0" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: "c",
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      skipTLSVerify: true,
    },
    { name: "u" },
  );
  const client = new KubernetesClient(config, () => sent.length === 0);
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  await expect(client.delete("/api/v1/namespaces/n/pods/p")).rejects.toThrow(ClusterUnavailable);
  expect(sent).toEqual(["DELETE"]);
});
