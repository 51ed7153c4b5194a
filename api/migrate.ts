import { readConfig } from "./config.ts";
import { openSiteDatabase } from "./open-database.ts";

// `npm run migrate`: brings the schema up to date, grants the application's rights, signs in as the application, and ends.
// For sites whose replicas are not given DATABASE_ADMIN_URL; run it before a new version starts. Ends with 1 where it could not.
try {
  const config = readConfig(process.env);
  if (!config.database?.adminUrl) {
    throw new Error(
      "Set DATABASE_ADMIN_URL to the role that owns the schema, and DATABASE_URL to the application's: there is nothing to migrate with.",
    );
  }
  const opened = await openSiteDatabase(config, console.error);
  await opened.close();
  console.log("The schema is up to date.");
} catch (error) {
  for (let cause = error; cause !== undefined; cause = (cause as Error).cause) {
    // Where several addresses were tried, the reasons are not in the message.
    console.error((cause instanceof Error && cause.message) || cause);
  }
  process.exitCode = 1;
}
