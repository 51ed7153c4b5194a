/** Names come from elsewhere, an issuer's claims for example; none may pretend to be a line of ours. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
}
