import { Catalogue } from "../../../api/domain/catalogue/catalogue.ts";
import defaultSite from "../../../api/domain/catalogue/default-site.json" with { type: "json" };
import { siteFile } from "../../../api/domain/catalogue/schema.ts";
import { newId } from "../../../api/domain/ids.ts";
import { newSecret } from "../../../api/domain/principals/secrets.ts";
import { HOME_PATH } from "../../../api/domain/notebooks/home-path.ts";
import type { VolumeRequest, Workload } from "../../../api/ports/cluster.ts";
import { FLAVOR, notebookRequest } from "./stage.ts";

export interface RawNotebook {
  readonly workload: Workload;
  readonly volume: VolumeRequest;
}

const catalogue = new Catalogue(siteFile.parse(defaultSite));

/** The same workload that the product asks a cluster for when it is asked for `notebookRequest`. */
export function rawNotebook(workspaceId: string, number: number): RawNotebook {
  const { vcpu, memoryGib, gpu } = catalogue.flavor(FLAVOR)!;
  const { name, image, homeVolume } = notebookRequest(number);
  const volumeId = newId();
  return {
    volume: { workspaceId, volumeId, sizeGib: homeVolume.sizeGib },
    workload: {
      workspaceId,
      resourceId: newId(),
      generation: 1,
      kind: "notebook",
      name,
      image: catalogue.imageReference("notebook", image),
      command: null,
      env: [],
      ports: [{ port: 8888, protocol: "HTTP" }],
      size: { vcpu, memoryGib, gpu },
      mounts: [{ volumeId, mountPath: HOME_PATH }],
      maxRestarts: 5,
      accessToken: newSecret("at_"),
      registryCredentials: null,
    },
  };
}
