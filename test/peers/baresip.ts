// baresip, without a sound card: it plays a WAV file, records what it hears, and is told what to do over its control port.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import path from 'node:path';
import { readWav, tone, writeWav } from './audio.ts';
import type { Sound } from './audio.ts';
import type { Offhook } from './offhook.ts';
import { Program } from './program.ts';
import { asUser } from './user.ts';
import type { World } from './world.ts';

/** How a baresip is set up. */
export interface BaresipOptions {
  readonly user: string;
  /** Registers with `server` (host:port) under this password; absent: no registrar. */
  readonly server?: string;
  readonly password?: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** Whom it trusts over TLS: a PEM file. */
  readonly ca?: string;
  /** Its own address; 127.0.0.1 unless said. */
  readonly host?: string;
  /** Runs as this user of the system, by number, so that routes can be made for it; as whom the test runs unless said. */
  readonly uid?: number;
  /** Its SIP port; a free one of 127.0.0.1 unless said. */
  readonly port?: number;
  readonly answer?: 'auto' | 'manual';
  /** The tone that it plays, in hertz. */
  readonly hertz?: number;
  /** Encrypts its media: `srtp` when the other side can, `srtp-mand` or not at all; `dtls_srtp` by keys agreed in the media. */
  readonly encryption?: 'srtp' | 'srtp-mand' | 'dtls_srtp';
  /** Looks for a way of the media by ICE; it needs an address that is not of loopback. */
  readonly ice?: boolean;
  /** What it offers and takes, best first, such as `opus/48000/2`; G.711 unless said. */
  readonly codecs?: readonly string[];
  /** Milliseconds of audio in a packet; 20 unless said. */
  readonly ptime?: number;
  /** Sends RTCP to the port of RTP when it may. */
  readonly rtcpMux?: boolean;
  /** Registers its flow too, and keeps it alive (RFC 5626). */
  readonly outbound?: boolean;
  /** Seconds between registrations. */
  readonly interval?: number;
  /** Whom its command `message TEXT` writes to. */
  readonly contact?: string;
}

/** An event of baresip's control port, such as `{ type: 'CALL_ESTABLISHED', … }`. */
export type BaresipEvent = Readonly<Record<string, unknown>>;

interface BaresipPlace {
  readonly user: string;
  readonly host?: string;
  readonly port: number;
  readonly media: number;
  readonly folder: string;
}

/** A running baresip. */
export class Baresip {
  readonly user: string;
  readonly port: number;
  /** Where it is reached without a registrar. */
  readonly uri: string;
  readonly program: Program;
  readonly #media: number;
  readonly events: BaresipEvent[] = [];
  readonly #folder: string;
  readonly #world: World;
  readonly #control: Socket;
  readonly #answers = new Map<string, BaresipEvent>();
  #tokens = 0;

  /** A desk phone of our server: its user is added, and it is registered. */
  static async desk(
    world: World,
    server: Offhook,
    options: Omit<BaresipOptions, 'server' | 'password'>,
  ): Promise<Baresip> {
    const password = await server.user(options.user);
    const phone = await Baresip.start(world, { ...options, server: server.address, password });
    await phone.registered();
    return phone;
  }

  /** Starts one; `name` names its folder and need be given only when a user has several. */
  static async start(
    world: World,
    options: BaresipOptions,
    name: string = options.user,
  ): Promise<Baresip> {
    const port = options.port ?? (await world.ports.take(4));
    const control = await world.ports.take();
    const media = await world.ports.take(8);
    const folder = path.join(world.folder, `baresip-${name}`);
    mkdirSync(folder);
    const sound = path.join(folder, 'play.wav');
    writeWav(sound, tone(options.hertz ?? 440, 60));
    writeFileSync(
      path.join(folder, 'config'),
      config({ folder, port, control, media, sound }, options),
    );
    const { contact } = options;
    writeFileSync(
      path.join(folder, 'contacts'),
      contact === undefined ? '' : `"Contact" <${contact}>\n`,
    );
    writeFileSync(path.join(folder, 'accounts'), `${account(options, port)}\n`);
    const command = ['baresip', '-f', folder];
    const { uid } = options;
    const program =
      uid === undefined
        ? new Program(world, 'baresip', command.slice(1), { patience: 2_000 })
        : new Program(world, 'setpriv', [...asUser(world, folder, uid), ...command], {
            patience: 2_000,
          });
    await program.prints(/baresip is ready/);
    const socket = await connected(world, control);
    return new Baresip(world, { ...options, port, media, folder }, program, socket);
  }

  private constructor(
    world: World,
    { user, host = '127.0.0.1', port, media, folder }: BaresipPlace,
    program: Program,
    control: Socket,
  ) {
    this.#media = media;
    this.#world = world;
    this.user = user;
    this.port = port;
    this.uri = `sip:${user}@${host}:${port}`;
    this.#folder = folder;
    this.program = program;
    this.#control = control;
    let rest = Buffer.alloc(0);
    control.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const colon = rest.indexOf(':');
        const length = Number(rest.toString('latin1', 0, Math.max(0, colon)));
        if (colon < 0 || rest.length < colon + length + 2) return;
        this.#take(
          JSON.parse(rest.toString('utf8', colon + 1, colon + 1 + length)) as BaresipEvent,
        );
        rest = rest.subarray(colon + length + 2);
      }
    });
    world.own(this);
  }

  /** Tells it a command, such as `dial sip:bob@…`, waits until it has taken it, and gives what it says. */
  async tell(command: string, parameters = ''): Promise<string> {
    this.#tokens += 1;
    const token = String(this.#tokens);
    const text = JSON.stringify({ command, params: parameters, token });
    this.#control.write(`${Buffer.byteLength(text)}:${text},`);
    const answer = await this.#world.until(
      `baresip to take ${command}`,
      () => this.#answers.get(token),
      5_000,
    );
    if (answer['ok'] !== true) throw new Error(`baresip refused ${command} ${parameters}`);
    return String(answer['data']);
  }

  /** Waits for event number `count` of a type, such as `CALL_ESTABLISHED`. */
  async sees(type: string, milliseconds = 10_000, count = 1): Promise<BaresipEvent> {
    const look = (): BaresipEvent | undefined =>
      this.events.filter((event) => event['type'] === type)[count - 1];
    try {
      return await this.#world.until(`baresip's ${count}. ${type}`, look, milliseconds);
    } catch (error) {
      const seen = this.events.map((event) => event['type']).join(' ');
      throw new Error(`${String(error)}; seen: ${seen}\n${this.program.tail()}`, { cause: error });
    }
  }

  /** Waits until it is registered. It may be so before its control port is open, so what it printed counts as well. */
  async registered(milliseconds = 10_000): Promise<void> {
    const look = (): boolean =>
      this.events.some((event) => event['type'] === 'REGISTER_OK') ||
      /200 OK .*\[\d+ bindings?\]/.test(this.program.output);
    try {
      await this.#world.until('baresip to be registered', look, milliseconds);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.program.tail()}`, { cause: error });
    }
  }

  /** What it has heard in the last call, complete when the call has ended. */
  async heard(): Promise<Sound> {
    const look = (): string | undefined =>
      readdirSync(this.#folder)
        .filter((file) => file.endsWith('-dec.wav'))
        .toSorted()
        .at(-1);
    return readWav(
      path.join(this.#folder, await this.#world.until('a recording of baresip', look)),
    );
  }

  /** The first of the ports of its media, which its first call takes. */
  get mediaPort(): number {
    return this.#media;
  }

  /** True for a port of its media. */
  owns(port: number): boolean {
    return port >= this.#media && port < this.#media + 8;
  }

  /** Ends it, with its calls and its registration. */
  async close(): Promise<void> {
    this.#control.destroy();
    await this.program.close();
  }

  #take(event: BaresipEvent): void {
    if (event['response'] === true) this.#answers.set(String(event['token']), event);
    else this.events.push(event);
  }
}

function account(options: BaresipOptions, port: number): string {
  const {
    user,
    server,
    password = '',
    transport = 'udp',
    answer = 'auto',
    interval = 60,
    encryption,
    ptime,
    codecs,
  } = options;
  const packets = ptime === undefined ? '' : `;ptime=${ptime}`;
  const secured = encryption === undefined ? '' : `;mediaenc=${encryption}`;
  const chosen = codecs === undefined ? '' : `;audio_codecs=${codecs.join(',')}`;
  const ways = options.ice === true ? ';medianat=ice' : '';
  const mode = `answermode=${answer}${packets}${secured}${chosen}${ways}`;
  if (server === undefined)
    return `<sip:${user}@${options.host ?? '127.0.0.1'}:${port}>;regint=0;${mode}`;
  const login = `auth_user=${user};auth_pass=${password}`;
  const flow =
    options.outbound === true
      ? `;sipnat=outbound;outbound="sip:${server};transport=${transport}"`
      : '';
  return `<sip:${user}@${server};transport=${transport}>;${login};regint=${interval};${mode}${flow}`;
}

async function connected(world: World, port: number): Promise<Socket> {
  const attempt = (): Promise<Socket | undefined> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
      socket.on('error', () => resolve(undefined));
    });
  return await world.until("baresip's control port", attempt);
}

interface Places {
  readonly folder: string;
  readonly port: number;
  readonly control: number;
  readonly media: number;
  readonly sound: string;
}

const wideCodecs = [
  ['module', 'g722.so'],
  ['module', 'opus.so'],
] as const;

// aubridge swallows what is played and sndfile records it: this version has no player that writes files.
function config(
  { folder, port, control, media, sound }: Places,
  { ca, rtcpMux = false, host = '127.0.0.1', codecs, encryption, ice = false }: BaresipOptions,
): string {
  const rows: readonly (readonly [string, string])[] = [
    ['poll_method', 'epoll'],
    ['sip_listen', `${host.includes(':') ? `[${host}]` : host}:${port}`],
    ...(ca === undefined ? [] : ([['sip_cafile', ca]] as const)),
    ['net_interface', host],
    ['dns_server', '127.0.0.1:53'],
    ['call_local_timeout', '120'],
    ['call_max_calls', '20'],
    ['audio_source', `aufile,${sound}`],
    ['audio_player', 'aubridge,sink'],
    ['audio_alert', 'aubridge,alert'],
    ['ausrc_srate', '8000'],
    ['auplay_srate', '8000'],
    ['ausrc_channels', '1'],
    ['auplay_channels', '1'],
    ['audio_txmode', 'thread'],
    ['ausrc_format', 's16'],
    ['auplay_format', 's16'],
    ['auenc_format', 's16'],
    ['audec_format', 's16'],
    ['audio_buffer', '20-160'],
    ['rtp_ports', `${media}-${media + 7}`],
    ['rtcp_mux', rtcpMux ? 'yes' : 'no'],
    ['jitter_buffer_delay', '5-10'],
    ['rtp_stats', 'yes'],
    ['ringback_disabled', 'yes'],
    ['statmode_default', 'off'],
    ['snd_path', folder],
    ['ctrl_tcp_listen', `127.0.0.1:${control}`],
    ['module_path', '/usr/lib/baresip/modules'],
    ['module', 'g711.so'],
    ...(codecs === undefined ? [] : wideCodecs),
    ['module', 'sndfile.so'],
    ['module', 'aubridge.so'],
    ['module', 'aufile.so'],
    ['module', encryption === 'dtls_srtp' ? 'dtls_srtp.so' : 'srtp.so'],
    ...(ice ? ([['module', 'ice.so']] as const) : []),
    // What it is told by others is printed.
    ['module', 'stdio.so'],
    ['module_tmp', 'uuid.so'],
    ['module_tmp', 'account.so'],
    ['module_app', 'contact.so'],
    ['module_app', 'menu.so'],
    ['module_app', 'ctrl_tcp.so'],
  ];
  return rows.map(([name, value]) => `${name} ${value}\n`).join('');
}
