import { z } from "zod";
import { ask, type Get } from "./ask.ts";

/** The Pod of a notebook and how many GPUs it has. */
export interface MeteredPod {
  readonly namespace: string;
  readonly pod: string;
  readonly gpus: number;
}

const METRIC = "DCGM_FI_DEV_GPU_UTIL";
/** As long as between two probes, so that nothing is missed. */
const WINDOW = "5m";

const vector = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })),
  }),
});

/**
 * How busy the busiest GPU of a Pod was over the last minutes, as NVIDIA's DCGM exporter told a Prometheus, which `get`
 * asks; null when there is no measurement of it, or not of every GPU.
 */
export function gpuPercent(get: Get, pod: MeteredPod): Promise<number | null> {
  const query = encodeURIComponent(queryFor(pod));
  return ask(get, `/api/v1/query?query=${query}`, ({ json }) => {
    const used = vector.parse(json).data.result.map(({ value: [, text] }) => Number(text));
    const busiest = used.reduce((a, b) => Math.max(a, b), 0);
    return Number.isNaN(busiest) || (busiest === 0 && used.length < pod.gpus) ? null : busiest;
  });
}

// A scrape that does not honour the exporter's labels keeps them under these names.
function queryFor({ namespace, pod }: MeteredPod): string {
  const series = ["", "exported_"].map(
    (prefix) =>
      `max_over_time(${METRIC}{${prefix}namespace=${JSON.stringify(namespace)},${prefix}pod=${JSON.stringify(pod)}}[${WINDOW}])`,
  );
  return series.join(" or ");
}
