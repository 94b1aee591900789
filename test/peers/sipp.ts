// SIPp with scenarios of our own: places or answers many calls and counts what became of them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './program.ts';
import type { World } from './world.ts';

/** How a SIPp is run. */
export interface SippOptions {
  /** A file of test/interop/sipp without its `.xml`. */
  readonly scenario: string;
  /** host:port of the server; absent: it only answers. */
  readonly target?: string;
  readonly transport?: 'udp' | 'tcp';
  /** Its own address; 127.0.0.1 unless said. */
  readonly host?: string;
  readonly calls?: number;
  /** Calls that start each second. */
  readonly rate?: number;
  /** At most so many calls at once. */
  readonly limit?: number;
  /** Milliseconds that a scenario's open pause takes. */
  readonly hold?: number;
  /** Who is called, unless it is `service` at the target. */
  readonly uri?: string;
  /** The user part of whom is called, or registers. */
  readonly service?: string;
  /** The user as whom the `user-…` and `register…` scenarios answer challenges. */
  readonly user?: string;
  readonly password?: string;
  /** Values for `[name]` in the scenario. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Values for `@NAME@`, which are put into a copy of the scenario. */
  readonly values?: Readonly<Record<string, string>>;
  /** Sends back the audio that it gets. */
  readonly echo?: boolean;
  readonly more?: readonly string[];
}

/** What SIPp counted. */
export interface SippCounts {
  readonly created: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retransmissions: number;
}

const scenarios = fileURLToPath(new URL('../interop/sipp/', import.meta.url));

/** A running SIPp. */
export class Sipp {
  readonly port: number;
  /** The port to which it wants its media. */
  readonly mediaPort: number;
  readonly uri: string;
  readonly program: Program;
  readonly #statistics: string;
  readonly #errors: string;

  static async start(world: World, options: SippOptions): Promise<Sipp> {
    const port = await world.ports.take(2);
    const media = await world.ports.take(4);
    return new Sipp(world, options, port, media);
  }

  /** Registers `contact` for a user, and waits until that is done. */
  static async register(
    world: World,
    target: string,
    { user, password }: { readonly user: string; readonly password: string },
    contact: string,
  ): Promise<void> {
    const login = { service: user, user, password, keys: { contact } };
    const run = await Sipp.start(world, { scenario: 'register-stay', target, ...login });
    const { status, errors } = await run.finished(10_000);
    if (status !== 0) throw new Error(`SIPp could not register ${user}:\n${errors}`);
  }

  private constructor(world: World, options: SippOptions, port: number, media: number) {
    this.port = port;
    this.mediaPort = media;
    const { host = '127.0.0.1' } = options;
    this.uri = `sip:${options.service ?? 'sipp'}@${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.#statistics = path.join(world.folder, `sipp-${port}.csv`);
    this.#errors = path.join(world.folder, `sipp-${port}.errors`);
    const { calls = 1, rate = 1, limit, hold } = options;
    const flags: readonly (readonly (string | undefined)[])[] = [
      ['-sf', scenarioFile(world, options, port)],
      ['-i', host, '-mi', host, '-p', String(port), '-mp', String(media)],
      ['-t', options.transport === 'tcp' ? 't1' : 'u1'],
      ['-nostdin', '-trace_stat', '-stf', this.#statistics, '-fd', '1'],
      ['-trace_err', '-error_file', this.#errors],
      ['-m', String(calls), '-r', String(rate)],
      limit === undefined ? [] : ['-l', String(limit)],
      hold === undefined ? [] : ['-d', String(hold)],
      options.service === undefined ? [] : ['-s', options.service],
      options.user === undefined ? [] : ['-au', options.user, '-ap', options.password],
      options.echo === true ? ['-rtp_echo'] : [],
      ...Object.entries(keys(options)).map(([name, value]) => ['-key', name, value]),
      options.more ?? [],
      [options.target],
    ];
    const given = flags.flat().filter((flag) => flag !== undefined);
    this.program = new Program(world, 'sipp', given, { env: { TERM: 'dumb' }, patience: 500 });
  }

  /** Waits for the end and gives what was counted; the exit status tells whether all calls passed. */
  async finished(
    milliseconds = 30_000,
  ): Promise<SippCounts & { readonly status: number; readonly errors: string }> {
    const status = await this.program.finished(milliseconds);
    return { status, errors: this.errors(), ...this.counts() };
  }

  /** What was counted until now. */
  counts(): SippCounts {
    // It writes the file when its first second is over.
    const text = existsSync(this.#statistics) ? readFileSync(this.#statistics, 'utf8') : '';
    const [head = '', ...rows] = text.trim().split('\n');
    const last = rows.at(-1)?.split(';') ?? [];
    const column = (name: string): number => Number(last[head.split(';').indexOf(name)] ?? 0);
    return {
      created: column('TotalCallCreated'),
      succeeded: column('SuccessfulCall(C)'),
      failed: column('FailedCall(C)'),
      retransmissions: column('Retransmissions(C)'),
    };
  }

  /** What it complained about. */
  errors(): string {
    try {
      return readFileSync(this.#errors, 'utf8').slice(0, 4_000);
    } catch {
      // It writes the file when there is a first complaint.
      return '';
    }
  }
}

function scenarioFile(world: World, { scenario, values }: SippOptions, port: number): string {
  const file = path.join(scenarios, `${scenario}.xml`);
  if (values === undefined) return file;
  const copy = path.join(world.folder, `sipp-${port}.xml`);
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    copy,
    text.replaceAll(/@([A-Z]+)@/g, (whole, name: string) => values[name] ?? whole),
  );
  return copy;
}

function keys({
  service = 'sipp',
  target = '',
  user = 'sipp',
  ...options
}: SippOptions): Readonly<Record<string, string>> {
  return { from: user, uri: options.uri ?? `sip:${service}@${target}`, ...options.keys };
}
