import type { Activity } from "#ports/cluster.ts";
import type { Get } from "./ask.ts";
import { gpuPercent, type MeteredPod } from "./gpu-percent.ts";
import { jupyterActivity } from "./jupyter.ts";

interface ActivityProbe {
  /** Asks the notebook's Jupyter server below its base URL, with its token. */
  readonly fetchFromPod: Get;
  /** Asks the Prometheus that has the GPUs' use; null where none is configured. */
  readonly fetchFromPrometheus: Get | null;
  readonly pod: MeteredPod;
}

/** Probes how a notebook is used now (RES-9). What cannot be learned is null; it never throws. */
export async function probeActivity(probe: ActivityProbe): Promise<Activity> {
  const { fetchFromPod, fetchFromPrometheus, pod } = probe;
  const isMetered = fetchFromPrometheus !== null && pod.gpus > 0;
  const [told, used] = await Promise.all([
    jupyterActivity(fetchFromPod),
    isMetered ? gpuPercent(fetchFromPrometheus, pod) : ("unmetered" as const),
  ]);
  return { ...told, gpuPercent: used };
}
