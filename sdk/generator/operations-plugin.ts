import { $, definePluginConfig, type DefinePlugin } from "@hey-api/openapi-ts";

type OperationsPlugin = DefinePlugin;

/** Writes `operations.gen.ts`: the types of each operation, and a table of what is needed to send it. */
const handler: OperationsPlugin["Handler"] = ({ plugin }) => {
  const types = $.type.object();
  const table = $.object().pretty();
  plugin.forEach("operation", ({ operation }) => {
    // A WebSocket is no call.
    if (operation.responses?.["101"] !== undefined) return;
    const method = operation.method.toUpperCase();
    const typeOf = (role: string) =>
      $.type(
        plugin.referenceSymbol({
          category: "type",
          resource: "operation",
          resourceId: operation.id,
          role,
        }),
      );
    const pair = $.type
      .object()
      .prop("data", (property) => property.type(typeOf("data")))
      .prop("response", (property) => property.type(typeOf("response")));
    const doc = [
      operation.summary,
      operation.description,
      `\`${method} ${operation.path}\``,
    ].filter((line) => line !== undefined);
    types.prop(operation.id, (property) => property.doc(doc).type(pair));

    const row = $.object()
      .inline()
      .prop("method", $.literal(method))
      .prop("path", $.literal(operation.path));
    const takesIdempotencyKey = "idempotency-key" in (operation.parameters?.header ?? {});
    table.prop(
      operation.id,
      takesIdempotencyKey ? row.prop("takesIdempotencyKey", $.literal(true)) : row,
    );
  });
  plugin.node($.type.alias(plugin.symbol("Operations")).export().type(types));
  plugin.node($.const(plugin.symbol("operations")).export().assign(table.as("const")));
};

export const operationsPlugin = definePluginConfig<OperationsPlugin["Types"]>({
  name: "operations",
  config: { includeInEntry: false },
  dependencies: ["@hey-api/typescript"],
  handler,
});
