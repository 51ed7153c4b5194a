import { makeAccount } from "./objects/account.ts";
import { makeConfiguration } from "./objects/configuration.ts";
import { makeMigration } from "./objects/migration.ts";
import { makeNetworkPolicies } from "./objects/network-policies.ts";
import { makeNamespace } from "./objects/place.ts";
import { makeReplicas } from "./objects/replicas.ts";
import { makeRoute } from "./objects/route.ts";
import type { Settings } from "./read-settings.ts";

/** Everything that a site is on Kubernetes, in the order in which it comes to be. */
export function deploy(settings: Settings): { url: string } {
  const namespace = makeNamespace(settings);
  const policies = makeNetworkPolicies(settings, namespace);
  const configuration = makeConfiguration(settings, namespace);
  const account = makeAccount(settings, namespace);
  const migration = makeMigration(settings, namespace, configuration, policies);
  makeReplicas(settings, namespace, {
    configuration,
    account: account.name,
    dependsOn: [migration, ...policies, ...account.rights],
  });
  makeRoute(settings, namespace);
  return { url: `https://${settings.host}` };
}
