/** One clear sentence for what PostgreSQL printed, followed by what it printed. */
export function serverFailure(what: string, output: string): Error {
  return new Error(`${what}${causeOf(output)} PostgreSQL said:\n${output || "(nothing)"}`);
}

function causeOf(output: string): string {
  if (/No space left on device/.test(output)) return " because the disk is full.";
  if (/Permission denied/.test(output)) return " because it may not use a file or folder.";
  if (/could not (resize|create|map) .*shared memory|Cannot allocate memory/i.test(output)) {
    return " because memory is short.";
  }
  if (/error while loading shared libraries|GLIBC_/.test(output)) {
    return " because this system lacks a library it needs.";
  }
  return ".";
}
