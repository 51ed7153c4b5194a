/** How many Policies, each of how many statements. */
export interface Size {
  readonly policies: number;
  readonly statements: number;
}

export const SIZES: readonly Size[] = [
  { policies: 1, statements: 5 },
  { policies: 5, statements: 10 },
  { policies: 20, statements: 10 },
  { policies: 100, statements: 10 },
  { policies: 1000, statements: 10 },
];
