// coturn: a STUN and TURN server; with two addresses of loopback it also tells what a NAT does (RFC 5780).
import path from 'node:path';
import { installed, Program } from './program.ts';
import type { World } from './world.ts';

/** True when coturn is here. */
export const hasCoturn: boolean = installed('turnserver');

/** How it is run. */
export interface CoturnOptions {
  /** What it shares with who hands out credentials (`static-auth-secret`); anyone may relay without. */
  readonly secret?: string;
}

/** A running coturn; it ends with its world. */
export class Coturn {
  readonly host: string = '127.0.0.1';
  readonly port: number;
  readonly program: Program;

  static async start(world: World, { secret }: CoturnOptions = {}): Promise<Coturn> {
    const port = await world.ports.take(2);
    const relays = await world.ports.take(20);
    const flags = [
      ...['-L', '127.0.0.1', '-L', '127.0.0.2'],
      ...['--listening-port', String(port), '--alt-listening-port', String(port + 1)],
      ...['--min-port', String(relays), '--max-port', String(relays + 19)],
      ...['--fingerprint', '--no-tls', '--no-dtls', '--no-cli', '--realm', 'test'],
      // Both ends of a relayed call are this machine.
      ...['--relay-ip', '127.0.0.1', '--allow-loopback-peers'],
      ...['--log-file', 'stdout', '--simple-log', '--verbose'],
      ...['--pidfile', path.join(world.folder, 'coturn.pid')],
      ...['--userdb', path.join(world.folder, 'coturn.db')],
      ...(secret === undefined
        ? ['--no-auth']
        : ['--use-auth-secret', `--static-auth-secret=${secret}`]),
    ];
    const program = new Program(world, 'turnserver', ['-n', ...flags]);
    await program.prints(/IPv4\. UDP listener opened[\s\S]*SQLite/);
    return new Coturn(port, program);
  }

  private constructor(port: number, program: Program) {
    this.port = port;
    this.program = program;
  }

  /** As RTCPeerConnection and `--turn` take it. */
  get url(): string {
    return `turn:${this.host}:${this.port}?transport=udp`;
  }
}
