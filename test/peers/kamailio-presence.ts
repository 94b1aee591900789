// Kamailio as a presence server: it keeps what is published to it, and tells those who subscribe (RFC 3856, RFC 3903).
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { kamailio, kamailioHead } from './kamailio.ts';
import type { World } from './world.ts';

const tables = '/usr/share/kamailio/db_sqlite';

/** A running presence server. */
export interface PresenceServer {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
}

/** Starts one that serves the events `presence` and `dialog` for whoever asks. */
export async function presenceServer(world: World): Promise<PresenceServer> {
  const port = await world.ports.take(2);
  const folder = path.join(world.folder, `presence-${port}`);
  mkdirSync(folder);
  const file = path.join(folder, 'kamailio.sqlite');
  const database = new DatabaseSync(file);
  // Its processes write at the same time, and one that finds the file locked answers 500.
  database.exec('PRAGMA journal_mode = WAL');
  for (const name of ['standard', 'presence']) {
    database.exec(readFileSync(`${tables}/${name}-create.sql`, 'utf8'));
  }
  database.close();
  await kamailio(world, port, config(port, file));
  return { port, address: `127.0.0.1:${port}` };
}

function config(port: number, database: string): string {
  const url = `sqlite:///${database}`;
  return `${kamailioHead(1, 1)}
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
loadmodule "db_sqlite.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "presence.so"
loadmodule "presence_xml.so"
loadmodule "presence_dialoginfo.so"
modparam("presence", "db_url", "${url}")
modparam("presence", "server_address", "sip:127.0.0.1:${port}")
modparam("presence", "max_expires", 3600)
modparam("presence", "min_expires", 60)
modparam("presence", "min_expires_action", 1)
modparam("presence_xml", "db_url", "${url}")
modparam("presence_xml", "force_active", 1)
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("PUBLISH|SUBSCRIBE")) {
    if (!t_newtran()) { sl_reply_error(); exit; }
    if (is_method("PUBLISH")) handle_publish();
    else handle_subscribe();
    exit;
  }
  sl_send_reply("405", "Method Not Allowed");
}
`;
}
