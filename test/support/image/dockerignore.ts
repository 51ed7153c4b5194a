/** Whether a build's context has the path: as for Docker, the last pattern that fits it or a folder above it decides. */
export function contextFilter(dockerignore: string): (path: string) => boolean {
  const patterns = dockerignore
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ glob: globOf(line.replace(/^!/, "")), kept: line.startsWith("!") }));
  return (path) => patterns.findLast(({ glob }) => glob.test(path))?.kept ?? true;
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*\*\/|\*/g, (stars) => (stars === "*" ? "[^/]*" : "(.*/)?"));
  return new RegExp(`^${source}(/|$)`);
}
