import pg from "pg";

// What is written anew for each request (a filter, a list of rows) would only fill the server's memory.
const USES_BEFORE = 2;
const MAX_PREPARED = 256;
const MAX_KNOWN = 2048;

// A migration beside a running replica changes what it answers, which a prepared one must not.
const ALL_COLUMNS = /(select|returning|,)\s+([a-z_]+\.)?\*/i;

const uses = new Map<string, number>();
const names = new Map<string, string>();

/** The name that a statement is prepared under; undefined where it is not worth it. */
function nameOf(text: string): string | undefined {
  const name = names.get(text);
  if (name !== undefined || names.size === MAX_PREPARED) return name;
  const before = uses.get(text) ?? 0;
  if (before < USES_BEFORE) {
    if (uses.size === MAX_KNOWN) uses.clear();
    uses.set(text, before + 1);
    return undefined;
  }
  if (ALL_COLUMNS.test(text)) return undefined;
  names.set(text, `again ${names.size}`);
  return names.get(text);
}

/**
 * A connection on which statements with values that come up again and again are prepared: parsing and planning the short
 * ones costs more than running them.
 */
export class PreparingClient extends pg.Client {
  // As many signatures as node-postgres has: a text or a description, with or without values or a callback.
  override query(config: any, ...rest: any[]): any {
    const given = typeof config === "string" ? { text: config } : config;
    const hasValues = Array.isArray(rest[0]) ? rest[0].length > 0 : given?.values?.length > 0;
    if (
      !hasValues ||
      typeof given.text !== "string" ||
      given.name !== undefined ||
      "submit" in given
    )
      return super.query(config, ...(rest as []));
    return super.query({ ...given, name: nameOf(given.text) }, ...(rest as []));
  }
}
