// Kamailio as a record-routing proxy between two phones, to see that requests in a dialog follow their route set.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { installed, Program } from './program.ts';
import type { World } from './world.ts';

const libraries = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib',
  '/usr/lib64',
];

/** True when Kamailio is here with a module that is a package of its own. */
export function hasKamailioModule(name: string): boolean {
  return (
    installed('kamailio') &&
    libraries.some((folder) => existsSync(`${folder}/kamailio/modules/${name}.so`))
  );
}

/** A running Kamailio. */
export class Kamailio {
  readonly port: number;
  /** `sip:127.0.0.1:PORT;lr`, for a Route. */
  readonly route: string;
  readonly program: Program;

  static async start(world: World): Promise<Kamailio> {
    const port = await world.ports.take(2);
    return new Kamailio(port, await kamailio(world, port, config(port)));
  }

  private constructor(port: number, program: Program) {
    this.port = port;
    this.route = `sip:127.0.0.1:${port};lr`;
    this.program = program;
  }
}

/** Runs Kamailio with a configuration that listens on `port`, and waits until it does. */
export async function kamailio(
  world: World,
  port: number,
  configuration: string,
): Promise<Program> {
  const folder = path.join(world.folder, `kamailio-${port}`);
  mkdirSync(folder);
  const file = path.join(folder, 'kamailio.cfg');
  writeFileSync(file, configuration);
  const flags = [
    ['-f', file, '-P', path.join(folder, 'pid'), '-Y', folder, '-w', folder],
    ['-m', '32', '-M', '4', '-DD', '-E'],
  ];
  const program = new Program(world, 'kamailio', flags.flat(), { folder, patience: 3_000 });
  await program.prints(/Listening on[\s\S]*\d\.\d/);
  // It says so before it does; over UDP a request is repeated, over TCP it would be refused.
  if (configuration.includes(`listen=tcp:127.0.0.1:${port}`)) {
    await world.until('kamailio to take connections', () => isTaken(port));
  }
  return program;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** How every configuration begins: what it logs, `children` for UDP and `tcpChildren` for TCP, and no look into DNS. */
export function kamailioHead(children: number, tcpChildren: number): string {
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=${children}
tcp_children=${tcpChildren}
auto_aliases=no
dns=no
rev_dns=no`;
}

// It forwards where the Request-URI points, stays in the path, and keeps no registrations.
function config(port: number): string {
  return `${kamailioHead(2, 1)}
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("rr", "enable_full_lr", 1)
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  t_check_trans();
  loose_route();
  remove_hf("Route");
  record_route();
  if (!t_relay()) sl_reply_error();
}
`;
}
