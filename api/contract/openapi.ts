import { OpenAPIHono } from "@hono/zod-openapi";
import { describeRoute } from "./operation.ts";
import { allOperations } from "./operations.ts";

/** The API description, OpenAPI 3.1, made from the declared operations alone. */
export function openApiDocument() {
  const described = new OpenAPIHono();
  described.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "A JWT of the site’s issuer, or an API token.",
  });
  for (const operation of allOperations())
    described.openAPIRegistry.registerPath(describeRoute(operation));
  return described.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "AI Factory",
      version: "1",
      description:
        "Organizations, Wallets and GPU provisioning. Errors are RFC 9457 problems with a stable `code`.",
    },
    servers: [{ url: "/" }],
  });
}
