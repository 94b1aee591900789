// Offhook itself as a peer of the others: `offhook serve --json` on free ports with a folder of its own, as its users run it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './program.ts';
import { pause } from './world.ts';
import type { World } from './world.ts';

const command = fileURLToPath(new URL('../../packages/offhook/bin/offhook.js', import.meta.url));

/** One line of `--json`. */
export type OffhookEvent = Readonly<Record<string, unknown>> & { readonly event?: string };

/** A running `offhook serve`. */
export class Offhook {
  readonly program: Program;
  readonly events: OffhookEvent[];
  readonly host: string;
  readonly port: number;
  readonly httpPort: number;
  readonly stunPort: number;
  readonly tlsPort: number;
  readonly httpsPort: number;
  /** The certificate of TLS and WSS: one that it made itself unless it was given one. */
  readonly certificateFile: string;
  readonly domain: string;
  /** host:port of its SIP socket. */
  readonly address: string;
  readonly #world: World;
  readonly #folder: string;

  static async start(
    world: World,
    more: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Offhook> {
    const [sip, http, https, stun] = [
      await world.ports.take(),
      await world.ports.take(),
      await world.ports.take(),
      await world.ports.take(),
    ];
    const folder = path.join(world.folder, 'offhook');
    const events: OffhookEvent[] = [];
    const program = run(
      world,
      [
        ...['serve', '--json', '--host', '127.0.0.1', '--sip-port', String(sip)],
        ...['--http-port', String(http), '--https-port', String(https)],
        ...['--stun-port', String(stun), '--data', folder, ...more],
      ],
      (line) => events.push(JSON.parse(line) as OffhookEvent),
      env,
    );
    const listening = await world.until(
      'offhook to listen',
      () => {
        if (program.status !== undefined)
          throw new Error(`offhook ended with ${program.status}:\n${program.tail()}`);
        return events.find(({ event }) => event === 'listening');
      },
      40_000,
    );
    return new Offhook(world, program, events, folder, listening);
  }

  private constructor(
    world: World,
    program: Program,
    events: OffhookEvent[],
    folder: string,
    listening: OffhookEvent,
  ) {
    this.#world = world;
    this.#folder = folder;
    this.program = program;
    this.events = events;
    this.host = String(listening['host']);
    this.port = Number(listening['sipPort']);
    this.httpPort = Number(listening['httpPort']);
    this.stunPort = Number(listening['stunPort']);
    this.tlsPort = Number(listening['tlsPort']);
    this.httpsPort = Number(listening['httpsPort']);
    this.certificateFile = String(listening['certificateFile']);
    this.domain = String(listening['domain']);
    this.address = `${this.host.includes(':') ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** The address of a user of this server. */
  aor(user: string): string {
    return `sip:${user}@${this.address}`;
  }

  /** Adds a user; the password is `pw-NAME`, which is also what comes back. */
  async user(name: string): Promise<string> {
    const password = `pw-${name}`;
    const added = offhook(this.#world, [
      'user',
      'add',
      name,
      '--password',
      password,
      '--data',
      this.#folder,
    ]);
    const status = await added.finished(40_000);
    if (status !== 0)
      throw new Error(`offhook user add ${name} ended with ${status}:\n${added.tail()}`);
    // A running server looks for changes of its users twice a second.
    await pause(600);
    return password;
  }

  /** A link that makes one browser the phone of this user. */
  async link(name: string): Promise<string> {
    const made = offhook(this.#world, ['user', 'link', name, '--data', this.#folder]);
    const [url] = await made.prints(/^http\S+/m, 40_000);
    return url;
  }

  /** Ends it as a supervisor would; gives the exit status. */
  async drain(milliseconds = 10_000): Promise<number> {
    this.program.signal('SIGTERM');
    return await this.program.finished(milliseconds);
  }
}

/** Runs `offhook` with these arguments to its end. */
export function offhook(
  world: World,
  programArguments: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Program {
  return run(world, programArguments, undefined, env);
}

function run(
  world: World,
  programArguments: readonly string[],
  line?: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Program {
  return new Program(world, process.execPath, [command, ...programArguments], {
    // SIGTERM would wait for calls that are still up; Ctrl-C ends them.
    endedBy: 'SIGINT',
    patience: 5_000,
    env,
    ...(line === undefined ? {} : { line }),
  });
}
