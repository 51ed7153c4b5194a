import { paths } from "../api/paths.ts";
import type { Hands } from "../apply-workload.ts";
import { CONTAINER } from "../names.ts";
import type { OwnPod } from "../view/pod-facts.ts";
import type { ExecPod } from "./pod-exec.ts";
import type { LoggedPod } from "./pod-logs.ts";
import { processState } from "./process-state.ts";

/** A Pod whose process is read or joined, as the view knows it at any time. */
export function watchedPod({ view, client }: Hands, pod: OwnPod): LoggedPod & ExecPod {
  const { namespace, name, uid, resourceId } = pod;
  const known = () => view.podsOf(resourceId).find((it) => it.uid === uid);
  const log = `${paths.pods(namespace, name)}/log`;
  return {
    namespace,
    name,
    container: CONTAINER,
    state: () => processState(known()),
    isLeaving: () => known()?.removedAt !== null,
    open: (query, signal) => client.stream(log, { container: CONTAINER, ...query }, signal),
  };
}
