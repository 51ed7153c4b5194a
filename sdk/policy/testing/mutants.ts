/** A wrong evaluator, made from the right one by replacing text that occurs exactly once in a file. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly edits: readonly (readonly [find: string, replace: string])[];
}

const ROW_DENIED = "let allowed = usable & ~row.denied;";
const MARK = "mark(layer, statement.regions, statementMask(statement));";
const MARK_BOUNDARIES = 'markPolicies("boundary", subject.boundaries);';
const FOUND = "found.push({ policy: name, index, source });";
const DENIES = 'if (denies.length > 0) return denied("explicitDeny", denies);';

/** Tabulates each boundary alone, and marks what two expressions make of their rows. */
function byBoundary(boundary: string, denied: string): string {
  return `
    if (subject.boundaries.length < 2) markPolicies("boundary", subject.boundaries);
    else {
      const alone = subject.boundaries.map((one) => tabulate({ ...subject, boundaries: [one], identityPolicies: [] }));
      for (const region of subject.regions) {
        const each = alone.map((table) => union(table.rows.get(region)!, table.everywhere));
        mark("boundary", [region], ${boundary});
        mark("denied", [region], ${denied});
      }
    }`;
}

/** Mistakes that evaluators make; each in what `decide` reads, in what `explain` reads, or in what both read. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "first match wins, deciding",
    file: "compile.ts",
    edits: [
      [
        MARK,
        `for (const region of statement.regions === "*" ? subject.regions : statement.regions) {
           const said = rowOf(region);
           mark(layer, [region], statementMask(statement) & ~(said[allows] | said.denied));
         }`,
      ],
    ],
  },
  {
    name: "first match wins, explaining",
    file: "explain.ts",
    edits: [
      [
        DENIES,
        `const first = (policies: readonly NamedPolicy[]) =>
           policies.flatMap((one) => one.statements).find((one) => matches(one, question.service, action, region));
         const firsts = [first(boundaries), first(identityPolicies)];
         if (firsts.some((one) => one?.effect === "Deny")) return denied("explicitDeny", denies);`,
      ],
    ],
  },
  {
    name: "only the first determining statement is told",
    file: "explain.ts",
    edits: [[FOUND, `${FOUND} return found;`]],
  },
  {
    name: "prefix wildcard on actions, deciding",
    file: "action-mask.ts",
    edits: [
      [
        "service & maskOf(statement.actions)",
        "service & maskOf(ALL_ACTIONS.filter((one) => (statement.actions as readonly string[]).some((start) => one.startsWith(start))))",
      ],
    ],
  },
  {
    name: "prefix wildcard on actions, explaining",
    file: "statement.ts",
    edits: [
      [
        "statement.actions.includes(action)",
        "statement.actions.some((start) => action.startsWith(start))",
      ],
    ],
  },
  {
    name: "prefix wildcard on regions",
    file: "statement.ts",
    edits: [
      [
        "statement.regions.includes(region)",
        "statement.regions.some((start) => region.startsWith(start))",
      ],
    ],
  },
  {
    name: "a Deny counts in its own Policy only, deciding",
    file: "compile.ts",
    edits: [
      [
        MARK_BOUNDARIES,
        byBoundary("each.reduce((all, row) => all | (row.boundary & ~row.denied), 0)", "0"),
      ],
    ],
  },
  {
    name: "a Deny counts in its own Policy only, explaining",
    file: "explain.ts",
    edits: [
      [
        DENIES,
        'const allows = [...matching(boundaries, "boundary", "Allow", question), ...matching(identityPolicies, "identity", "Allow", question)]; if (denies.length > 0 && allows.every((one) => denies.some((deny) => deny.policy === one.policy))) return denied("explicitDeny", denies);',
      ],
    ],
  },
  {
    name: "boundary or identity, deciding",
    file: "compile.ts",
    edits: [
      ["if (subject.boundaries.length > 0) allowed &= row.boundary;", ""],
      [
        "if (subject.identityPolicies.length > 0) allowed &= row.identity;",
        "if (subject.boundaries.length > 0 || subject.identityPolicies.length > 0) allowed &= row.boundary | row.identity;",
      ],
    ],
  },
  {
    name: "boundary or identity, explaining",
    file: "explain.ts",
    edits: [
      [
        "boundaries.length > 0 && ceiling.length === 0",
        'boundaries.length > 0 && ceiling.length + matching(identityPolicies, "identity", "Allow", question).length === 0',
      ],
    ],
  },
  {
    name: "enabled Services ignored, deciding",
    file: "compile.ts",
    edits: [["row.enabled | WITHOUT_SERVICE", "~0"]],
  },
  {
    name: "enabled Services ignored, explaining",
    file: "service-layer.ts",
    edits: [['services === "*" || !needsService(action)', "services !== undefined"]],
  },
  {
    name: "Service needed by every action",
    file: "service-layer.ts",
    edits: [["return !WITHOUT_SERVICE.has(verbOf(action));", 'return verbOf(action) !== "";']],
  },
  {
    name: "a statement's Service ignored, deciding",
    file: "action-mask.ts",
    edits: [["service & maskOf(statement.actions)", "maskOf(statement.actions)"]],
  },
  {
    name: "a statement's Service ignored, explaining",
    file: "statement.ts",
    edits: [["statement.service === service", "service !== undefined"]],
  },
  {
    name: "region ignored on Deny, deciding",
    file: "compile.ts",
    edits: [
      [
        MARK,
        'mark(layer, layer === "denied" ? "*" : statement.regions, statementMask(statement));',
      ],
    ],
  },
  {
    name: "region ignored on Deny, explaining",
    file: "statement.ts",
    edits: [
      [
        'statement.regions === "*" ||',
        'statement.regions === "*" || statement.effect === "Deny" ||',
      ],
    ],
  },
  {
    name: "an absent boundary denies, deciding",
    file: "compile.ts",
    edits: [["if (subject.boundaries.length > 0) allowed", "allowed"]],
  },
  {
    name: "an absent boundary denies, explaining",
    file: "explain.ts",
    edits: [["boundaries.length > 0 && ceiling.length === 0", "ceiling.length === 0"]],
  },
  {
    name: "an absent identity Policy denies",
    file: "compile.ts",
    edits: [["if (subject.identityPolicies.length > 0) allowed", "allowed"]],
  },
  {
    name: "a boundary of Denies only is no ceiling",
    file: "compile.ts",
    edits: [
      [
        "if (subject.boundaries.length > 0)",
        'if (subject.boundaries.some(({ statements }) => statements.some((one) => one.effect === "Allow")))',
      ],
    ],
  },
  {
    name: "every boundary must allow instead of some, explaining",
    file: "explain.ts",
    edits: [
      [
        "boundaries.length > 0 && ceiling.length === 0",
        "new Set(ceiling.map((one) => one.policy)).size < boundaries.length",
      ],
    ],
  },
  {
    name: "every action of a list must match instead of some",
    file: "statement.ts",
    edits: [
      ["statement.actions.includes(action)", "statement.actions.every((one) => one === action)"],
    ],
  },
  {
    name: "every boundary must allow instead of some, deciding",
    file: "compile.ts",
    edits: [
      [
        MARK_BOUNDARIES,
        byBoundary(
          "each.reduce((all, row) => all & row.boundary, ~0)",
          "each.reduce((all, row) => all | row.denied, 0)",
        ),
      ],
    ],
  },
  {
    name: "regions compared without regard to capitals, deciding",
    file: "compile.ts",
    edits: [["this.#allowed.get(region)", "this.#allowed.get(region.toLowerCase())"]],
  },
  {
    name: "regions compared without regard to capitals, explaining",
    file: "statement.ts",
    edits: [
      [
        "statement.regions.includes(region)",
        "statement.regions.some((one) => one.toLowerCase() === region.toLowerCase())",
      ],
    ],
  },
  {
    name: "the Owner bound by Policies, deciding",
    file: "compile.ts",
    edits: [['if (subject.role === "Owner") return usable;', ""]],
  },
  {
    name: "the Owner bound by Policies, explaining",
    file: "explain.ts",
    edits: [['if (role === "Owner") return allowed([]);', ""]],
  },
  {
    name: "the Owner not bound by Services",
    file: "compile.ts",
    edits: [
      ['if (subject.role === "Owner") return usable;', 'if (subject.role === "Owner") return ~0;'],
    ],
  },
  {
    name: "an Allow outweighs a Deny",
    file: "compile.ts",
    edits: [[ROW_DENIED, "let allowed = usable & ~(row.denied & ~(row.boundary | row.identity));"]],
  },
  {
    name: "a Deny of an identity Policy is ignored",
    file: "explain.ts",
    edits: [['...matching(identityPolicies, "identity", "Deny", question),', ""]],
  },
  {
    name: "Members act on what others own",
    file: "role-layer.ts",
    edits: [['owns || verbOf(action) === "read"', 'verbOf(action) !== ""']],
  },
];
