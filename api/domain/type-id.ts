// Crockford's base32, as TypeID has it: https://github.com/jetify-com/typeid/tree/main/spec
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
// Two letters at a time: a list of 100 resources has 400 ids to write.
const PAIRS = [...ALPHABET].flatMap((one) => [...ALPHABET].map((other) => one + other));
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

/** The 26 letters of a UUID in a TypeID. The first two hold 8 bits, every further four hold 20. */
export function encodeUuid(uuid: string): string {
  const hex = uuid.replaceAll("-", "");
  const first = Number.parseInt(hex.slice(0, 2), 16);
  let letters = PAIRS[first]!;
  for (let at = 2; at < 32; at += 5) {
    const bits = Number.parseInt(hex.slice(at, at + 5), 16);
    letters += PAIRS[bits >> 10]! + PAIRS[bits & 1023]!;
  }
  return letters;
}

/** The UUID of 26 letters whose form was checked before. */
export function decodeUuid(letters: string): string {
  let hex = toHex(letters.slice(0, 2), 2);
  for (let at = 2; at < 26; at += 4) hex += toHex(letters.slice(at, at + 4), 5);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function toHex(letters: string, digits: number): string {
  let bits = 0;
  for (const letter of letters) bits = bits * 32 + VALUES.get(letter)!;
  return bits.toString(16).padStart(digits, "0");
}
