import type { ContainerFacts } from "../view/pod-facts.ts";

const KNOWN: [RegExp, string][] = [
  [/run as root|runAsNonRoot/i, "the image's process is root, which this cluster does not run"],
  [/non-numeric user/i, "the image names its user by a name, so whether it is root cannot be told"],
  [/executable file not found|no such file or directory/i, "its command is not in the image"],
  [/permission denied/i, "its command may not be executed"],
  [/exec format error/i, "the image is for another kind of processor"],
];

/** Why a process cannot be started, in our words: a runtime's tell of paths and devices of the node. */
export function startProblem({ reason, message }: NonNullable<ContainerFacts["waiting"]>): string {
  const known = KNOWN.find(([pattern]) => pattern.test(message ?? ""));
  return `The process cannot be started: ${known?.[1] ?? reason}.`;
}
