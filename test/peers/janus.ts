// Janus with its SIP plugin: another gateway between browsers and SIP, which is a plain SIP phone to everybody else.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installed, Program } from './program.ts';
import type { World } from './world.ts';

const libraries = ['/usr/lib/x86_64-linux-gnu/janus', '/usr/lib/aarch64-linux-gnu/janus'].find(
  (folder) => existsSync(folder),
);

/** True when Janus is here. */
export const hasJanus: boolean = installed('janus') && libraries !== undefined;

/** A running Janus; it ends with its world. */
export class Janus {
  /** Of its API for pages. */
  readonly webSocket: string;
  readonly program: Program;

  /** `address` is where browsers send media: not one of loopback, which its ICE refuses. */
  static async start(world: World, address: string): Promise<Janus> {
    const web = await world.ports.take(2);
    const [browsers, phones] = [await world.ports.take(10), await world.ports.take(10)];
    const folder = path.join(world.folder, 'janus');
    mkdirSync(folder);
    for (const [name, text] of Object.entries(files({ web, browsers, phones, folder, address })))
      writeFileSync(path.join(folder, `janus${name}.jcfg`), text);
    const program = new Program(world, 'janus', ['-F', folder], { folder });
    await program.prints(
      /SIP plugin initialized[\s\S]*WebSockets? (?:server|thread) started/i,
      20_000,
    );
    return new Janus(web, program);
  }

  private constructor(web: number, program: Program) {
    this.webSocket = `ws://127.0.0.1:${web}/`;
    this.program = program;
  }
}

interface Place {
  readonly web: number;
  readonly browsers: number;
  readonly phones: number;
  readonly folder: string;
  readonly address: string;
}

function files({
  web,
  browsers,
  phones,
  folder,
  address,
}: Place): Readonly<Record<string, string>> {
  const unused = [
    ...['voicemail', 'recordplay', 'streaming', 'videocall', 'videoroom', 'textroom'],
    ...['lua', 'duktape', 'audiobridge', 'echotest', 'nosip'],
  ].map((name) => `libjanus_${name}.so`);
  const closed = ['mqtt', 'nanomsg', 'pfunix', 'rabbitmq', 'http'].map(
    (name) => `libjanus_${name}.so`,
  );
  return {
    '': `general: {
  configs_folder = "${folder}"
  plugins_folder = "${libraries}/plugins"
  transports_folder = "${libraries}/transports"
  events_folder = "${libraries}/events"
  loggers_folder = "${libraries}/loggers"
  interface = "127.0.0.1"
  server_name = "janus-peer"
  debug_level = 4
  debug_colors = false
}
media: { rtp_port_range = "${browsers}-${browsers + 9}" }
nat: { full_trickle = true, ice_lite = true, ice_enforce_list = "${address}" }
plugins: { disable = "${unused.join(',')}" }
transports: { disable = "${closed.join(',')}" }
loggers: { disable = "libjanus_jsonlog.so" }
events: { broadcast = false }
`,
    '.plugin.sip': `general: {
  local_ip = "127.0.0.1"
  sdp_ip = "127.0.0.1"
  local_media_ip = "127.0.0.1"
  behind_nat = false
  register_ttl = 120
  rtp_port_range = "${phones}-${phones + 9}"
}
`,
    '.transport.websockets': `general: { ws = true, ws_ip = "127.0.0.1", ws_port = ${web}, wss = false }
admin: { admin_ws = false }
`,
  };
}
