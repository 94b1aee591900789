// tshark: what was on the wire, seen by a program that knows nothing of us.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fromMulaw } from './audio.ts';
import type { Sound } from './audio.ts';
import { Program } from './program.ts';
import { pause } from './world.ts';
import type { World } from './world.ts';

let allowed: boolean | undefined;

/** True when tshark may capture on the loopback interface here. */
export function mayCapture(): boolean {
  if (allowed !== undefined) return allowed;
  try {
    execFileSync('tshark', ['-i', 'lo', '-a', 'duration:1', '-c', '1', '-w', '/dev/null', '-q'], {
      stdio: 'ignore',
      timeout: 10_000,
    });
    allowed = true;
  } catch {
    allowed = false;
  }
  return allowed;
}

/** A capture of the loopback interface. */
export class Capture {
  /** Where it is. */
  readonly file: string;
  readonly #program: Program;
  readonly #sipPorts: readonly number[];

  /** Records packets that match `filter` (in pcap's language); `sipPorts` are those that carry SIP. On several interfaces packets come several times. */
  static async start(
    world: World,
    filter: string,
    sipPorts: readonly number[],
    interfaces: readonly string[] = ['lo'],
  ): Promise<Capture> {
    const file = path.join(world.folder, `capture-${sipPorts.join('-') || 'media'}.pcap`);
    const places = interfaces.flatMap((name) => ['-i', name]);
    // Before the interfaces a filter is that of all of them, behind one it is its own.
    const program = new Program(world, 'tshark', ['-f', filter, ...places, '-w', file, '-q']);
    await program.prints(/Capturing on/);
    await pause(300);
    return new Capture(file, program, sipPorts);
  }

  private constructor(file: string, program: Program, sipPorts: readonly number[]) {
    this.file = file;
    this.#program = program;
    this.#sipPorts = sipPorts;
  }

  /** Ends the capture, after what is still on its way to the file. */
  async stop(): Promise<void> {
    await pause(300);
    this.#program.signal('SIGINT');
    await this.#program.finished(10_000);
  }

  /** One row of `fields` for each packet that matches the display filter. */
  fields(filter: string, fields: readonly string[]): readonly (readonly string[])[] {
    const text = this.read([
      '-Y',
      filter,
      '-T',
      'fields',
      '-E',
      'separator=/t',
      ...fields.flatMap((field) => ['-e', field]),
    ]);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'));
  }

  /** Packets and lost packets of each RTP stream. */
  rtpStreams(): readonly {
    readonly packets: number;
    readonly lost: number;
    readonly from: number;
    readonly to: number;
  }[] {
    const text = this.read(['-q', '-z', 'rtp,streams']);
    const row =
      /^\s*[\d.]+\s+[\d.]+\s+\S+\s+(\d+)\s+\S+\s+(\d+)\s+0x[0-9A-F]+\s+\S.*?\s(\d+)\s+(-?\d+)\s+\(/gim;
    return [...text.matchAll(row)].map(([, from, to, packets, lost]) => ({
      from: Number(from),
      to: Number(to),
      packets: Number(packets),
      lost: Number(lost),
    }));
  }

  /** The u-law sound that went to a port, packet after packet. */
  sound(port: number): Sound {
    const rows = this.fields(`udp.dstport==${port} && rtp.p_type==0`, ['rtp.payload']);
    return fromMulaw(
      Buffer.from(rows.map(([payload = '']) => payload.replaceAll(':', '')).join(''), 'hex'),
    );
  }

  /** What tshark prints about the capture with these arguments. */
  read(tsharkArguments: readonly string[]): string {
    const decode = this.#sipPorts.flatMap((port) => [
      '-d',
      `udp.port==${port},sip`,
      '-d',
      `tcp.port==${port},sip`,
    ]);
    return execFileSync(
      'tshark',
      ['-n', '-r', this.file, '-o', 'rtp.heuristic_rtp:TRUE', ...decode, ...tsharkArguments],
      {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
  }
}
