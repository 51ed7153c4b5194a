const terminal = process.stdout.isTTY === true;
const bold = (text: string) => (terminal ? `\u001B[1m${text}\u001B[0m` : text);
const clear = terminal ? "\r\u001B[K" : "";

let step = 0;

/** Begins a step of the story. */
export function heading(text: string): void {
  step += 1;
  console.log(`\n${bold(`${step}. ${text}`)}`);
}

/** One line of the story. */
export function line(text: string): void {
  process.stdout.write(`${clear}   ${text}\n`);
}

/** What is going on: rewritten in place on a terminal, left out where nobody watches. */
export function progress(text: string): void {
  if (terminal) process.stdout.write(`${clear}   … ${text}`);
}
