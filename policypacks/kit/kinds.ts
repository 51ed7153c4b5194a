/** The kind of one of our resources, whichever face registered it; undefined for what is not ours. */
export function kindOf(type: string): string | undefined {
  return /^(?:pulumi-nodejs:dynamic\/aifactory|aifactory:index):(\w+)$/.exec(type)?.[1];
}
