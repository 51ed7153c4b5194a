import { openDatabase, type Database } from "#db/database.ts";
import { runningServerUrl } from "#db/embedded/running-server.ts";
import { verifyLedger } from "#domain/billing/verify/verify-ledger.ts";
import { publicId } from "#domain/ids.ts";
import { readConfig, type Config } from "./config.ts";
import { openSiteDatabase } from "./open-database.ts";

// `npm run verify-ledger`: recomputes the books of the whole site, also beside a control plane at work. Ends with 1 where
// something differs, with 2 where it could not tell.
try {
  const books = await openBooks(readConfig(process.env));
  try {
    const found = await verifyLedger(books.database, ({ check, organizationId, place, ...it }) => {
      const organization = publicId("organization", organizationId);
      console.log(`${organization} ${check}: ${place}: expected ${it.expected}, found ${it.found}`);
    });
    console.log(
      found === 0
        ? "The books are right."
        : `${found} ${found === 1 ? "difference" : "differences"}.`,
    );
    process.exitCode = found === 0 ? 0 : 1;
  } finally {
    await books.close();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

async function openBooks(config: Config): Promise<{ database: Database; close(): Promise<void> }> {
  const url = config.database?.url ?? (await runningServerUrl(config.dataDir));
  if (url === null) return openSiteDatabase(config, console.error);
  const database = openDatabase(url, { max: 2, applicationName: "aifactory verify-ledger" });
  return { database, close: () => database.close() };
}
