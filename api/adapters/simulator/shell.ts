const NOT_FOUND = 127;
const LONGEST_LINE = 4096;
const PROMPT = "simulated$ ";
const BANNER =
  "This is a simulated terminal: no process runs behind it. It knows echo, help and exit.";

/** What a shell's owner gives it. */
interface ShellOptions {
  /** Shows what is typed, and a prompt. */
  readonly tty: boolean;
  readonly print: (text: string) => void;
}

/** As much of a shell as a workload that does not exist can honestly have. */
export class SimulatedShell {
  readonly #tty: boolean;
  readonly #print: (text: string) => void;
  #line = "";
  #status = 0;

  constructor({ tty, print }: ShellOptions) {
    this.#tty = tty;
    this.#print = print;
  }

  greet(): void {
    this.#say(BANNER);
    this.#prompt();
  }

  /** Takes what was typed. Answers the exit code once the shell has ended; what follows is left. */
  feed(typed: string): number | null {
    // oxlint-disable-next-line no-control-regex -- arrow keys and the like move nothing here
    for (const char of typed.replaceAll(/\x1b\[[0-9;]*[A-Za-z~]/g, "")) {
      const exitCode = this.#type(char);
      if (exitCode !== null) return exitCode;
    }
    return null;
  }

  /** Runs one command. Answers the exit code of the shell if the command ended it. */
  run([name = "", ...words]: string[]): number | null {
    if (name === "exit") return exitCodeOf(words[0], this.#status);
    this.#status = 0;
    if (name === "echo") this.#say(words.join(" "));
    else if (name === "help") this.#say(BANNER);
    else if (name !== "") {
      this.#say(`sh: ${name}: not found (this terminal is simulated)`);
      this.#status = NOT_FOUND;
    }
    return null;
  }

  get status(): number {
    return this.#status;
  }

  #type(char: string): number | null {
    if (char === "\r" || char === "\n") return this.#enter();
    if (this.#tty && char === "\x03") return this.#interrupt();
    if (this.#tty && char === "\x04") return this.#line === "" ? this.#leave() : null;
    if (this.#tty && (char === "\x7f" || char === "\b")) return this.#erase();
    if (char < " " || this.#line.length >= LONGEST_LINE) return null;
    this.#line += char;
    if (this.#tty) this.#print(char);
    return null;
  }

  #enter(): number | null {
    const words = this.#line.trim().split(/\s+/);
    this.#line = "";
    if (this.#tty) this.#print("\r\n");
    const exitCode = this.run(words);
    if (exitCode === null) this.#prompt();
    return exitCode;
  }

  #interrupt(): null {
    this.#line = "";
    this.#say("^C");
    this.#prompt();
    return null;
  }

  #leave(): number {
    this.#say("exit");
    return this.#status;
  }

  #erase(): null {
    if (this.#line !== "") this.#print("\b \b");
    this.#line = [...this.#line].slice(0, -1).join("");
    return null;
  }

  #prompt(): void {
    if (this.#tty) this.#print(PROMPT);
  }

  #say(text: string): void {
    this.#print(`${text}${this.#tty ? "\r\n" : "\n"}`);
  }
}

function exitCodeOf(word: string | undefined, status: number): number {
  if (word === undefined) return status;
  return /^\d{1,9}$/.test(word) ? Number(word) & 255 : 2;
}
