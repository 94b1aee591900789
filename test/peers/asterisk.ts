// Asterisk as a registrar, as a callee and as a caller: some phones with passwords, an echo, early media, digits that come back.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './program.ts';
import type { World } from './world.ts';

const root = fileURLToPath(new URL('../../.cache/asterisk/root', import.meta.url));

/** True when `scripts/asterisk.mjs` has unpacked it. */
export function hasAsterisk(): boolean {
  return existsSync(path.join(root, '../ready'));
}

/** Its numbers: an echo; 183 with speech and then 486; four digits that it collects and sends back; a lasting tone. */
export const numbers = { echo: '600', earlyMedia: '603', digits: '604', tone: '601' } as const;

/** The users that may register, each with the password `pw-NAME`. */
export const users = ['2001', '2002', '2003'] as const;

/** A server at which Asterisk registers its echo as a user: `user` is called there, and calls from there. */
export interface AsteriskAccount {
  /** host:port. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
}

/** A running Asterisk on 127.0.0.1. */
export class Asterisk {
  /** SIP over UDP and TCP. */
  readonly port: number;
  /** SIP over WebSocket, for user 2002, who is a browser. */
  readonly webSocket: string;
  readonly program: Program;
  readonly #world: World;
  readonly #folder: string;

  /** Starts one; `endpoint` are further settings of its phones, such as `100rel = required`; `account` is where it registers; `hep` the port of a collector. */
  static async start(
    world: World,
    {
      endpoint = [],
      account,
      hep,
    }: {
      readonly endpoint?: readonly string[];
      readonly account?: AsteriskAccount;
      readonly hep?: number;
    } = {},
  ): Promise<Asterisk> {
    const [port, web] = [await world.ports.take(), await world.ports.take()];
    const media = await world.ports.take(40);
    const folder = path.join(world.folder, `asterisk-${port}`);
    for (const part of ['etc', 'run', 'log', 'lib', 'spool', 'keys']) {
      mkdirSync(path.join(folder, part), { recursive: true });
    }
    for (const [name, text] of Object.entries(
      files({ port, web, media, folder, endpoint, account, hep }),
    )) {
      writeFileSync(path.join(folder, 'etc', `${name}.conf`), text);
    }
    // It complains of these when they are not there.
    for (const name of ['acl', 'ccss', 'cdr', 'cel', 'features', 'manager', 'pjproject', 'udptl']) {
      writeFileSync(path.join(folder, 'etc', `${name}.conf`), '');
    }
    const program = new Program(
      world,
      path.join(root, 'usr/sbin/asterisk'),
      [...common(folder), '-f', '-v'],
      {
        folder,
        env: environment(folder),
        patience: 3_000,
      },
    );
    const asterisk = new Asterisk(world, { port, web, program, folder });
    await asterisk.says('core waitfullybooted', /fully booted/);
    return asterisk;
  }

  private constructor(
    world: World,
    made: {
      readonly port: number;
      readonly web: number;
      readonly program: Program;
      readonly folder: string;
    },
  ) {
    this.#world = world;
    this.port = made.port;
    this.webSocket = `ws://127.0.0.1:${made.web}/ws`;
    this.program = made.program;
    this.#folder = made.folder;
  }

  /** The address of one of its users or numbers. */
  aor(user: string): string {
    return `sip:${user}@127.0.0.1:${this.port}`;
  }

  /** What its console answers to `command`. */
  async ask(command: string): Promise<string> {
    const console = new Program(
      this.#world,
      path.join(root, 'usr/sbin/asterisk'),
      [...common(this.#folder), '-rx', command],
      { folder: this.#folder, env: environment(this.#folder) },
    );
    await console.finished(10_000);
    return console.output;
  }

  /** Asks `command` until the answer matches. */
  async says(command: string, pattern: RegExp, milliseconds = 15_000): Promise<RegExpMatchArray> {
    return await this.#world.until(
      `asterisk to say ${pattern} to ${command}`,
      async () => (await this.ask(command)).match(pattern) ?? undefined,
      milliseconds,
    );
  }
}

function common(folder: string): readonly string[] {
  return ['-C', path.join(folder, 'etc/asterisk.conf')];
}

// Its libraries are those of its own release; its OpenSSL is older than the system's and must not read that one's settings.
function environment(folder: string): Readonly<Record<string, string>> {
  const libraries = ['lib', 'usr/lib'].flatMap((part) =>
    readdirSync(path.join(root, part))
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => path.join(root, part, name)),
  );
  return {
    OPENSSL_CONF: '/dev/null',
    HOME: folder,
    LD_LIBRARY_PATH: [...libraries, path.join(root, 'usr/lib')].join(':'),
  };
}

function outside(): readonly string[] {
  return Object.values(os.networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

const modules = [
  ...[
    'pbx_config',
    'res_timing_timerfd',
    'res_sorcery_config',
    'res_sorcery_memory',
    'res_sorcery_astdb',
  ],
  ...[
    'func_callerid',
    'func_channel',
    'func_logic',
    'func_strings',
    'res_rtp_asterisk',
    'res_srtp',
  ],
  ...[
    'bridge_simple',
    'bridge_native_rtp',
    'bridge_softmix',
    'bridge_holding',
    'bridge_builtin_features',
  ],
  ...[
    'codec_ulaw',
    'codec_alaw',
    'codec_a_mu',
    'codec_gsm',
    'codec_resample',
    'format_gsm',
    'format_pcm',
    'format_wav',
  ],
  ...[
    'res_http_websocket',
    'res_pjsip_transport_websocket',
    'res_pjproject',
    'res_pjsip',
    'res_pjsip_session',
    'res_pjsip_sdp_rtp',
  ],
  ...[
    'res_pjsip_authenticator_digest',
    'res_pjsip_outbound_authenticator_digest',
    'res_pjsip_endpoint_identifier_ip',
  ],
  ...[
    'res_pjsip_endpoint_identifier_user',
    'res_pjsip_registrar',
    'res_pjsip_path',
    'res_pjsip_nat',
  ],
  ...[
    'res_pjsip_caller_id',
    'res_pjsip_dtmf_info',
    'res_pjsip_empty_info',
    'res_pjsip_logger',
    'res_pjsip_messaging',
  ],
  ...[
    'res_pjsip_refer',
    'res_pjsip_rfc3326',
    'res_pjsip_dlg_options',
    'chan_pjsip',
    'res_pjsip_pubsub',
  ],
  ...[
    'res_pjsip_outbound_publish',
    'res_pjsip_exten_state',
    'res_pjsip_dialog_info_body_generator',
  ],
  ...[
    'res_pjsip_pidf_body_generator',
    'app_dial',
    'app_echo',
    'app_milliwatt',
    'app_playback',
    'app_read',
  ],
  ...['res_pjsip_outbound_registration', 'app_senddtmf', 'app_verbose', 'res_clioriginate'],
];

const hepModules = ['res_hep', 'res_hep_pjsip', 'res_hep_rtcp'];

function files(place: {
  readonly port: number;
  readonly web: number;
  readonly media: number;
  readonly folder: string;
  readonly endpoint: readonly string[];
  readonly account: AsteriskAccount | undefined;
  readonly hep: number | undefined;
}): Readonly<Record<string, string>> {
  const { port, web, media, folder, endpoint, account, hep } = place;
  const all = hep === undefined ? modules : [...modules, ...hepModules];
  return {
    asterisk: `[directories]
astetcdir => ${folder}/etc
astmoddir => ${root}/usr/lib/asterisk/modules
astdatadir => ${root}/usr/share/asterisk
astagidir => ${root}/usr/share/asterisk/agi-bin
astvarlibdir => ${folder}/lib
astdbdir => ${folder}/lib
astkeydir => ${folder}/keys
astspooldir => ${folder}/spool
astrundir => ${folder}/run
astlogdir => ${folder}/log
[options]
defaultlanguage = en_US_f_Allison
documentation_language = en_US
`,
    modules: `[modules]\nautoload = no\n${all.map((name) => `load => ${name}.so\n`).join('')}`,
    hep: `[general]
enabled = ${hep === undefined ? 'no' : 'yes'}
capture_address = 127.0.0.1:${hep ?? 9}
capture_id = 1701
uuid_type = call-id
`,
    logger: '[general]\n[logfiles]\nconsole => notice,warning,error,verbose,dtmf\n',
    http: `[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = ${web}\n`,
    indications:
      '[general]\ncountry = eu\n[eu]\nringcadence = 1000,4000\ndial = 425\nbusy = 425/500,0/500\n',
    // It offers the addresses of interfaces, never one of loopback, to which its media is bound.
    rtp: `[general]
rtpstart = ${media}
rtpend = ${media + 39}
strictrtp = no
icesupport = yes
[ice_host_candidates]
${outside()
  .map((address) => `${address} => 127.0.0.1\n`)
  .join('')}`,
    extensions: `[phones]
exten => ${numbers.echo},1,Answer()
 same => n,Echo()
exten => ${numbers.tone},1,Answer()
 same => n,Milliwatt()
exten => ${numbers.earlyMedia},1,Progress()
 same => n,Playback(demo-congrats,noanswer)
 same => n,Hangup(17)
exten => ${numbers.digits},1,Answer()
 same => n,Read(D,,4,,1,15)
 same => n,Verbose(1,collected \${D})
 same => n,SendDTMF(\${D})
 same => n,Wait(2)
 same => n,Hangup()
exten => _200[123],1,Dial(PJSIP/\${EXTEN},30)
 same => n,Hangup()
${users.map((user) => `exten => ${user},hint,PJSIP/${user}\n`).join('')}`,
    pjsip: `[global]
type = global
default_realm = asterisk.test
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:${port}
[tcp]
type = transport
protocol = tcp
bind = 127.0.0.1:${port}
[ws]
type = transport
protocol = ws
bind = 127.0.0.1
[phone](!)
type = endpoint
context = phones
disallow = all
allow = ulaw,alaw
direct_media = no
rtp_symmetric = yes
media_address = 127.0.0.1
bind_rtp_to_media_address = yes
${endpoint.map((line) => `${line}\n`).join('')}[digest](!)
type = auth
auth_type = userpass
[place](!)
type = aor
max_contacts = 5
default_expiration = 300
minimum_expiration = 10
qualify_frequency = 0
${users
  .map(
    (user) => `[${user}](phone)
${user === '2002' ? 'webrtc = yes\n' : ''}auth = ${user}
aors = ${user}
[${user}](digest)
username = ${user}
password = pw-${user}
[${user}](place)
`,
  )
  .join('')}${account === undefined ? '' : accountConfig(account)}`,
  };
}

// As a trunk to `server`: a registration whose calls go to the echo, and a way out as that user.
function accountConfig({ server, user, password }: AsteriskAccount): string {
  return `[trunk](phone)
aors = trunk
from_user = ${user}
from_domain = ${server.split(':')[0]}
outbound_auth = trunk
identify_by = ip
[trunk]
type = aor
contact = sip:${server}
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.1
[trunk](digest)
username = ${user}
password = ${password}
[trunk]
type = registration
server_uri = sip:${server}
client_uri = sip:${user}@${server}
contact_user = ${numbers.echo}
outbound_auth = trunk
retry_interval = 5
expiration = 300
`;
}
