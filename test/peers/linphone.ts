// linphonec, without a sound card: it plays a WAV file, records what it hears, and is told what to do on its standard input.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readWav, tone, writeWav } from './audio.ts';
import type { Sound } from './audio.ts';
import { Program } from './program.ts';
import { asUser } from './user.ts';
import { pause } from './world.ts';
import type { World } from './world.ts';

/** How a linphonec is set up. */
export interface LinphoneOptions {
  readonly user: string;
  /** Registers with `server` (host:port) under this password; absent: no registrar. */
  readonly server?: string;
  readonly password?: string;
  readonly transport?: 'udp' | 'tcp' | 'tls';
  /** Its own address; 127.0.0.1 unless said. */
  readonly host?: string;
  /** Runs as this user of the system, by number, so that routes can be made for it; as whom the test runs unless said. */
  readonly uid?: number;
  /** Its SIP port; a free one of 127.0.0.1 unless said. */
  readonly port?: number;
  /** Whom it trusts over TLS: a PEM file. */
  readonly ca?: string;
  readonly answer?: 'auto' | 'manual';
  /** The tone that it plays, in hertz. */
  readonly hertz?: number;
  /** Encrypts its media: `optional` when the other side can, `required` or not at all. */
  readonly encryption?: 'optional' | 'required';
  /** Sends its keys in INFO requests, not in its media. */
  readonly keysInInfo?: boolean;
  /** Offers video beside audio. */
  readonly video?: boolean;
  /** Takes video when it is offered, and sends a picture that does not move; it shows nothing. */
  readonly picture?: boolean;
  /** Leaves out Opus and Speex, so that its sound is read off the wire. */
  readonly onlyG711?: boolean;
  /** Seconds for which it registers. */
  readonly expires?: number;
}

interface LinphonePlace {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly media: number;
  readonly recording: string;
}

/** A running linphonec. */
export class Linphone {
  readonly user: string;
  readonly port: number;
  /** Where it is reached without a registrar. */
  readonly uri: string;
  readonly program: Program;
  readonly #media: number;
  readonly #world: World;
  readonly #recording: string;

  /** Starts one; `name` names its folder and need be given only when a user has several. */
  static async start(
    world: World,
    options: LinphoneOptions,
    name: string = options.user,
  ): Promise<Linphone> {
    const port = options.port ?? (await world.ports.take(2));
    const media = await world.ports.take(4);
    const folder = path.join(world.folder, `linphone-${name}`);
    mkdirSync(path.join(folder, '.local/share/linphone'), { recursive: true });
    const sound = path.join(folder, 'play.wav');
    const recording = path.join(folder, 'heard.wav');
    writeWav(sound, tone(options.hertz ?? 440, 60));
    writeFileSync(path.join(folder, 'linphonerc'), config(options, port, media));
    const programArguments = [
      '-c',
      path.join(folder, 'linphonerc'),
      '-S',
      '-d',
      '6',
      '-l',
      path.join(folder, 'log'),
    ];
    if (options.answer !== 'manual') programArguments.push('-a');
    if (options.video === true) programArguments.push('-V');
    if (options.picture === true) programArguments.push('-C');
    const surroundings = { folder, env: { HOME: folder }, patience: 3_000 };
    const { uid } = options;
    const program =
      uid === undefined
        ? new Program(world, 'linphonec', programArguments, surroundings)
        : new Program(
            world,
            'setpriv',
            [...asUser(world, folder, uid), 'linphonec', ...programArguments],
            surroundings,
          );
    await program.prints(/linphonec>/);
    program.type('soundcard use files');
    program.type(`play ${sound}`);
    program.type(`record ${recording}`);
    const { user, host = '127.0.0.1' } = options;
    return new Linphone(world, { user, host, port, media, recording }, program);
  }

  private constructor(
    world: World,
    { user, host, port, media, recording }: LinphonePlace,
    program: Program,
  ) {
    this.#world = world;
    this.#media = media;
    this.user = user;
    this.port = port;
    this.uri = `sip:${user}@${host}:${port}`;
    this.#recording = recording;
    this.program = program;
  }

  /** Waits until it is registered; it says so only when asked. */
  async registered(milliseconds = 10_000): Promise<void> {
    await this.#world.until(
      'linphonec to be registered',
      async () => {
        const mark = this.mark;
        this.tell('status register');
        const [, state = ''] = await this.program.prints(/registered[,=]\s*(\S*)/, 5_000, mark);
        if (state.startsWith('identity')) return true;
        await pause(100);
        return false;
      },
      milliseconds,
    );
  }

  /** Types a command: `call URI`, `answer`, `terminate`, `pause`, `resume`, … */
  tell(command: string): void {
    this.program.type(command);
  }

  /** Waits until it prints `pattern` after what it had printed when `mark` was taken. */
  async prints(pattern: RegExp, milliseconds = 10_000, mark = 0): Promise<void> {
    await this.program.prints(pattern, milliseconds, mark);
  }

  /** The place in its output from which a later `prints` looks. */
  get mark(): number {
    return this.program.output.length;
  }

  /** True for a port of its media. */
  owns(port: number): boolean {
    return port >= this.#media && port < this.#media + 4;
  }

  /** What it has heard, complete when the call has ended. */
  heard(): Sound {
    if (!existsSync(this.#recording)) throw new Error('linphonec has recorded nothing');
    return readWav(this.#recording);
  }
}

function config(options: LinphoneOptions, port: number, media: number): string {
  const { user, server, password = '', transport = 'udp', expires = 60, ca } = options;
  const { host = '127.0.0.1' } = options;
  const account =
    server === undefined
      ? ''
      : `
[proxy_0]
reg_proxy=<sip:${server};transport=${transport}>
reg_identity=sip:${user}@${server}
reg_expires=${expires}
reg_sendregister=1
publish=0

[auth_info_0]
username=${user}
passwd=${password}
`;
  return `[sip]
sip_port=${port}
sip_tcp_port=${port}
sip_tls_port=-1
${ca === undefined ? '' : `root_ca=${ca}\nverify_server_certs=1\nverify_server_cn=1\n`}bind_address=${host}
use_ipv6=0
default_proxy=${server === undefined ? -1 : 0}
guess_hostname=0
contact="${user}" <sip:${user}@${host}:${port}>
use_info=${options.keysInInfo === true ? 1 : 0}
use_rfc2833=${options.keysInInfo === true ? 0 : 1}
register_only_when_network_is_up=0
auto_net_state_mon=0
media_encryption=${options.encryption === undefined ? 'none' : 'srtp'}
media_encryption_mandatory=${options.encryption === 'required' ? 1 : 0}
${account}
[rtp]
audio_rtp_port=${media}
video_rtp_port=${media + 2}
audio_jitt_comp=60
prefer_ipv6=0
bind_address=${host}
disable_upnp=1

${options.onlyG711 === true ? withoutOthers : ''}
[net]
mtu=1400
dns_srv_enabled=0

${videoConfig(options)}

[misc]
store_friends=0
config-uri=
`;
}

function videoConfig({ video = false, picture = false }: LinphoneOptions): string {
  const flag = (value: boolean): string => (value ? '1' : '0');
  return [
    '[video]',
    `enabled=${flag(video || picture)}`,
    `capture=${flag(video || picture)}`,
    `display=${flag(video || picture)}`,
    `automatically_initiate=${flag(video)}`,
    `automatically_accept=${flag(video || picture)}`,
    ...(picture ? ['device=StaticImage: Static picture', 'size=cif'] : []),
  ].join('\n');
}

const withoutOthers = ['opus/48000/2', 'speex/16000/1', 'speex/8000/1']
  .map((codec, index) => {
    const [mime, rate, channels] = codec.split('/');
    return `[audio_codec_${index}]\nmime=${mime}\nrate=${rate}\nchannels=${channels}\nenabled=0\n`;
  })
  .join('\n');
