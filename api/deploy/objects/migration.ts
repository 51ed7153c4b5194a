import type { Output, Resource } from "@pulumi/pulumi";
import { batch } from "@pulumi/kubernetes";
import { migrationEnvironment } from "../environment.ts";
import type { Settings } from "../read-settings.ts";
import type { Configuration } from "./configuration.ts";
import { labels } from "./place.ts";
import { podTemplate, resourcesOf } from "./pod.ts";

const DEADLINE_SECONDS = 3600;

/**
 * Brings the schema up to date before the replicas of a new image start; `up` waits for it, and old replicas go on beside
 * it. A new image or another database makes a new Job, since a Job's template never changes.
 */
export function makeMigration(
  settings: Settings,
  namespace: Output<string>,
  configuration: Configuration,
  dependsOn: Resource[],
): batch.v1.Job {
  const run = {
    component: "migration" as const,
    command: ["node", "api/migrate.ts"],
    plain: migrationEnvironment(settings).plain,
    secret: configuration.migrationSecret,
    withKubeconfigs: false,
  };
  return new batch.v1.Job(
    "migration",
    {
      metadata: { namespace, labels: labels("migration") },
      spec: {
        backoffLimit: 4,
        activeDeadlineSeconds: DEADLINE_SECONDS,
        template: podTemplate(settings, configuration, run, {
          pod: { restartPolicy: "Never" },
          container: { resources: resourcesOf({ cpu: "100m", memory: "256Mi" }) },
        }),
      },
    },
    { dependsOn, customTimeouts: { create: `${DEADLINE_SECONDS + 60}s` } },
  );
}
