export interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** One `FROM` and what follows it. */
export interface Stage {
  readonly base: string;
  /** Null for a stage without a name. */
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** Reads the part of the Dockerfile language that ours uses: one instruction a line, arguments only before the first stage. */
export function readDockerfile(text: string): Stage[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const args = new Map<string, string>();
  const stages: { base: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name, value] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined || value.endsWith("\\"))
      throw new Error(`This line of the Dockerfile is not understood: ${line}`);
    if (name === "ARG") args.set(...(value.split("=") as [string, string]));
    else if (name === "FROM") {
      const [base = "", stage = null] = value.split(" AS ");
      stages.push({
        base: base.replaceAll(/\$\{(\w+)\}/g, (_, arg) => args.get(arg) ?? ""),
        name: stage,
        instructions: [],
      });
    } else stages.at(-1)!.instructions.push({ name, value });
  }
  return stages;
}
