// Another program, run as a child: its output kept, its end awaited, and killed when the test ends or dies.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { World } from './world.ts';

/** True when all these programs are on the path. */
export function installed(...names: readonly string[]): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return names.every((name) => folders.some((folder) => existsSync(path.join(folder, name))));
}

const alive = new Set<ChildProcessWithoutNullStreams>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** How a program is run. */
export interface ProgramOptions {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The signal that ends it. */
  readonly endedBy?: NodeJS.Signals;
  /** How long it may take to end after that signal, in milliseconds. */
  readonly patience?: number;
  /** Sees every complete line of its standard output. */
  readonly line?: (line: string) => void;
}

/** A running program. */
export class Program {
  readonly name: string;
  /** Everything that it printed, on both channels. */
  output = '';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #world: World;
  readonly #patience: number;
  readonly #endedBy: NodeJS.Signals;
  /** The exit status; -1 when a signal ended it. */
  readonly ended: Promise<number>;
  #status: number | undefined;

  constructor(
    world: World,
    command: string,
    programArguments: readonly string[],
    options: ProgramOptions = {},
  ) {
    this.name = path.basename(command);
    this.#world = world;
    this.#patience = options.patience ?? 1_000;
    this.#endedBy = options.endedBy ?? 'SIGTERM';
    this.#child = spawn(command, programArguments, {
      cwd: options.folder ?? world.folder,
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, ...options.env },
    });
    alive.add(this.#child);
    let rest = '';
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (options.line !== undefined) for (const line of lines) options.line(line);
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    // It may have ended before it read what was written to it; its status tells.
    this.#child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.output += String(error);
        this.#end(-1, resolve);
      });
      this.#child.once('close', (status) => this.#end(status ?? -1, resolve));
    });
    world.own(this);
  }

  /** The exit status; undefined while it runs. */
  get status(): number | undefined {
    return this.#status;
  }

  /** Its process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Writes a line to its standard input. */
  type(line: string): void {
    this.write(`${line}\n`);
  }

  /** Writes to its standard input, as keys that are pressed. */
  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Sends it a signal. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until its output matches `pattern`, from character `from` on. */
  async prints(pattern: RegExp, milliseconds = 10_000, from = 0): Promise<RegExpMatchArray> {
    const look = (): RegExpMatchArray | undefined => {
      const found = this.output.slice(from).match(pattern);
      if (found !== null) return found;
      if (this.#status === undefined) return undefined;
      throw new Error(
        `${this.name} ended with ${this.#status} before it printed ${pattern}:\n${this.tail()}`,
      );
    };
    try {
      return await this.#world.until(`${this.name} to print ${pattern}`, look, milliseconds);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.tail()}`, { cause: error });
    }
  }

  /** Waits for its end and gives the exit status; after `milliseconds` it is killed and the wait fails. */
  async finished(milliseconds = 30_000): Promise<number> {
    try {
      await this.#world.until(
        `${this.name} to end`,
        () => this.#status !== undefined,
        milliseconds,
      );
    } catch (error) {
      this.signal('SIGKILL');
      throw new Error(`${String(error)}\n${this.tail()}`, { cause: error });
    }
    return this.#status ?? -1;
  }

  /** The end of its output, for an error's text. */
  tail(): string {
    return this.output.slice(-3_000);
  }

  /** Ends it by its signal, and by SIGKILL when that is not enough. */
  async close(): Promise<void> {
    if (this.#status !== undefined) return;
    this.#child.kill(this.#endedBy);
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), this.#patience);
    await this.ended;
    clearTimeout(killer);
  }

  #end(status: number, resolve: (status: number) => void): void {
    this.#status ??= status;
    alive.delete(this.#child);
    resolve(this.#status);
  }
}
