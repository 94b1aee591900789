// Programs on a core of their own: started, waited for until they listen, measured with their children, and ended.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

/** A program and its arguments. */
export type Command = readonly string[];

/** The core of the load generator, and that of the system under test. */
export const cores = { generator: 0, system: 1 } as const;

const running = new Set<ChildProcess>();

/** Ends what still runs, when the bench itself is ended. */
export function endAll(): void {
  for (const child of running) kill(child, 'SIGKILL');
}

/** A program that serves. */
export class Server {
  readonly #child: ChildProcess;
  readonly #output: Buffer[];

  /** Starts `command` on the system's core; resolves when it listens on UDP `port` of 127.0.0.1. */
  static async start(command: Command, port: number): Promise<Server> {
    const { child, output } = begin(command, cores.system);
    const server = new Server(child, output);
    const deadline = Date.now() + 15_000;
    while (!listens(port)) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await server.stop();
        throw new Error(`${command.join(' ')} does not listen:\n${server.output.slice(-2000)}`);
      }
      await delay(20);
    }
    // It listens before it has started everything, its workers for example.
    await delay(500);
    return server;
  }

  private constructor(child: ChildProcess, output: Buffer[]) {
    this.#child = child;
    this.#output = output;
  }

  /** Itself and its children. */
  get pids(): readonly number[] {
    return family(this.#child.pid ?? 0);
  }

  /** What it has printed. */
  get output(): string {
    return Buffer.concat(this.#output).toString();
  }

  /** Ends it, with force after three seconds. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => kill(child, 'SIGKILL'), 3000);
    await closed;
    clearTimeout(late);
  }
}

/** Runs `command` on `core` to its end and returns what it printed; throws when it fails. */
export async function finished(command: Command, core: number): Promise<string> {
  const { child, output } = begin(command, core);
  const status = await new Promise((resolve) => child.once('close', resolve));
  const text = Buffer.concat(output).toString();
  if (status !== 0) throw new Error(`${command.join(' ')} failed:\n${text.slice(-2000)}`);
  return text;
}

/** UDP ports that are free now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  const ports: number[] = [];
  for (const socket of sockets) {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', resolve);
    });
    ports.push(socket.address().port);
  }
  for (const socket of sockets) socket.close();
  return ports;
}

function begin(command: Command, core: number): { child: ChildProcess; output: Buffer[] } {
  const output: Buffer[] = [];
  // In a session of its own, so that it and its children can be ended together.
  const child = spawn('taskset', ['-c', String(core), ...command], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  child.on('error', (error) => output.push(Buffer.from(String(error))));
  running.add(child);
  child.once('close', () => running.delete(child));
  prefer(child.pid);
  return { child, output };
}

// On a shared machine the scheduler weighs sessions against each other; only root may ask for more.
function prefer(pid: number | undefined): void {
  if (pid === undefined || process.getuid?.() !== 0) return;
  try {
    writeFileSync(`/proc/${pid}/autogroup`, '-10');
  } catch {
    // A kernel without autogroups, or a process that is gone already: it is measured all the same.
  }
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function listens(port: number): boolean {
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/udp', 'utf8').includes(` ${place} `);
}

function family(pid: number): readonly number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
    return [pid, ...children.flatMap(family)];
  } catch {
    return [];
  }
}
