/**
 * Whether two mail addresses are one, whatever their case (ORG-5). ASCII letters alone: folding others would make
 * look-alikes equal, as the Kelvin sign and k.
 */
export function sameAddress(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

function fold(address: string): string {
  return address.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
