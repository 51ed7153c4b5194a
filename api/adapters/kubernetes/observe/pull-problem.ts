// What registries and container runtimes say, in the order in which it tells most.
const KNOWN: [said: RegExp, sentence: string][] = [
  [
    /unauthorized|authentication|denied|forbidden|no basic auth|\b40[13]\b/i,
    "The registry does not hand it out: it is not there, or the login is missing or wrong.",
  ],
  [/not found|manifest unknown|does not exist|\b404\b/i, "The registry has no such image."],
  [/too ?many ?requests|rate limit|\b429\b/i, "The registry limits pulls just now."],
  [/no match for platform|exec format/i, "The image is not made for this kind of processor."],
  [/no space left/i, "The node has no room for the image."],
  [/invalid ?(image ?name|reference)|couldn't parse image/i, "The name of the image is malformed."],
];

/**
 * Why an image cannot be pulled, in our words. The runtime's own would tell a tenant what a node meets at an address of the
 * tenant's choice, and make of a pull a look into the site's network.
 */
export function pullProblem(reason: string, message: string | null): string {
  // Names of the tenant's choice are quoted.
  const said = `${reason} ${message ?? ""}`.replaceAll(/"[^"]*"/g, "");
  return (
    KNOWN.find(([pattern]) => pattern.test(said))?.[1] ??
    "The image cannot be pulled: check its name, and that its registry can be reached."
  );
}
