/**
 * The known name that is fewest edits away from a misspelt one, and not more than `most`: letters put in, left out,
 * changed, or two neighbours swapped. The first of equals; undefined when nothing is known so near (POL-4).
 */
export function nearestName(
  name: string,
  known: Iterable<string>,
  most = Infinity,
): string | undefined {
  let nearest: string | undefined;
  let fewest = most + 1;
  for (const candidate of known) {
    // Capitals are not worth an edit: `Hanoi` is nearer to `hanoi` than to `Hanam`.
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance >= fewest) continue;
    fewest = distance;
    nearest = candidate;
  }
  return nearest;
}

// Names are short, and what is longer than any name is far from all of them: this bounds the work for hostile input.
const LONGEST = 80;

/** Edits from one word to another (optimal string alignment), looking at their first 80 characters. */
function editDistance(from: string, to: string): number {
  const a = from.slice(0, LONGEST);
  const b = to.slice(0, LONGEST);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(last[j]! + 1, current[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, beforeLast[j - 2]! + 1);
      }
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
