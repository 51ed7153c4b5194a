import { realPulumi } from "./cli/real-pulumi.ts";
import { openDouble } from "./double/open-double.ts";
import type { Engine, EngineOptions } from "./engine.ts";

export interface EngineKind {
  readonly title: string;
  /** True where the engine is not installed: pass it to `it.skipIf`, so that the skip is named. */
  readonly missing: boolean;
  open(options: EngineOptions): Promise<Engine>;
}

const real = realPulumi();

/** Both engines for `describe.each`: one suite runs on either. */
export const engineKinds: readonly EngineKind[] = [
  {
    title: "over the provider protocol",
    missing: false,
    open: async (options) => openDouble(options),
  },
  {
    title: real ? `with Pulumi ${real.version}` : "with the Pulumi CLI (none on the PATH)",
    missing: real === null,
    open: (options) => {
      if (!real) throw new Error("no pulumi on the PATH");
      return real.open(options);
    },
  },
];
