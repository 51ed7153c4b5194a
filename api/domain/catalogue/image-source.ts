import type { InputProblem } from "#domain/errors.ts";
import type { Catalogue } from "./catalogue.ts";

const DEFAULT_REGISTRY = "docker.io";
// Names that only a private network gives, clusters among them.
const INTERNAL =
  /\.(svc|local|localhost|localdomain|internal|intranet|private|corp|home|lan|arpa)$/;
// However an address is written, its last label is a number.
const ADDRESS = /(^|\.)(0x[0-9a-f]*|[0-9]+)$/;

/**
 * What is wrong with where an image would be pulled from. Nodes pull, and reach what tenants must not: so no address, and no
 * name of an internal network, unless the operator lists it. A public name that leads to a private address is for the
 * network of the nodes to stop.
 */
export function imageSourceProblems(
  catalogue: Catalogue,
  image: string,
  pointer = "/image",
): InputProblem[] {
  if (catalogue.image(image)?.service === "container") return [];
  const registry = registryOf(image);
  if (!isInternal(registry) || catalogue.site.internalRegistries.includes(registry)) return [];
  const message = `"${registry}" is no public registry, and none that the operator lists: push the image to one that is`;
  return [{ pointer, code: "internal_registry", message }];
}

/** The host, with its port if there is one, as container runtimes read it. */
function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const isHost = /[.:A-Z]/.test(first) || first === "localhost";
  return rest.length > 0 && isHost ? first.toLowerCase() : DEFAULT_REGISTRY;
}

function isInternal(registry: string): boolean {
  const host = registry.replace(/:[0-9]+$/, "");
  return !host.includes(".") || INTERNAL.test(host) || ADDRESS.test(host);
}
