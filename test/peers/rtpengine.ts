// rtpengine in user space: the media of calls beside Offhook, told what to do over its control protocol.
import { installed, Program } from './program.ts';
import type { World } from './world.ts';

/** True when rtpengine is here. */
export const hasRtpengine: boolean = installed('rtpengine');

/** How many ports one call may take: RTP and RTCP for two parties, twice where one forks. */
const mediaPorts = 40;

/** A running rtpengine; it ends with its world. */
export class Rtpengine {
  /** Where it takes commands. */
  readonly address: { readonly host: string; readonly port: number };
  /** Where it logs the keys that it sees pressed. */
  readonly keyLog: { readonly host: string; readonly port: number };
  /** As `--media` takes it. */
  readonly option: string;
  readonly program: Program;
  readonly #world: World;
  readonly #first: number;

  static async start(world: World): Promise<Rtpengine> {
    return await Rtpengine.#startOn(
      world,
      await world.ports.take(2),
      await world.ports.take(mediaPorts),
    );
  }

  static async #startOn(world: World, control: number, first: number): Promise<Rtpengine> {
    const flags = {
      // No kernel module.
      table: -1,
      interface: '127.0.0.1',
      'listen-ng': `127.0.0.1:${control}`,
      'dtmf-log-dest': `127.0.0.1:${control + 1}`,
      'port-min': first,
      'port-max': first + mediaPorts - 1,
      'num-threads': 2,
      'delete-delay': 0,
      'log-level': 6,
    };
    const named = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const program = new Program(world, 'rtpengine', [
      '--config-file=none',
      ...named,
      '--log-stderr',
      '--foreground',
    ]);
    await program.prints(/Startup complete/);
    return new Rtpengine(world, { control, first, program });
  }

  private constructor(world: World, { control: port, first, program }: Started) {
    this.#world = world;
    this.#first = first;
    this.address = { host: '127.0.0.1', port };
    this.keyLog = { host: '127.0.0.1', port: port + 1 };
    this.option = `rtpengine=udp:127.0.0.1:${port},keys=127.0.0.1:${port + 1}`;
    this.program = program;
  }

  /** Ends it, and starts another one in its place that knows nothing of its calls. */
  async restart(): Promise<Rtpengine> {
    await this.program.close();
    return await Rtpengine.#startOn(this.#world, this.address.port, this.#first);
  }
}

interface Started {
  readonly control: number;
  readonly first: number;
  readonly program: Program;
}
