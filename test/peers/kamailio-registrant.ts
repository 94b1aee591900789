// Kamailio as a client that registers with somebody else's registrar: its module uac, with one account.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { kamailio, kamailioHead } from './kamailio.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

/** Whom it registers, and where. */
export interface KamailioAccount {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  /** host:port of the registrar. */
  readonly server: string;
}

/** A running Kamailio that registers, and answers what it is asked. */
export interface KamailioRegistrant {
  readonly port: number;
  readonly program: Program;
}

/** Starts it; it registers within a second or two, and again after half of ten seconds. */
export async function kamailioRegistrant(
  world: World,
  account: KamailioAccount,
): Promise<KamailioRegistrant> {
  const port = await world.ports.take(2);
  const tables = path.join(world.folder, `uacreg-${port}`);
  mkdirSync(tables);
  writeFileSync(path.join(tables, 'version'), 'table_name(string) table_version(int)\nuacreg:5\n');
  writeFileSync(path.join(tables, 'uacreg'), table(account));
  const program = await kamailio(world, port, config(port, tables));
  return { port, program };
}

function table({ user, password, domain, server }: KamailioAccount): string {
  const columns: readonly (readonly [string, string])[] = [
    ['id(int,auto)', '1'],
    ['l_uuid(string)', user],
    ['l_username(string)', user],
    ['l_domain(string)', domain],
    ['r_username(string)', user],
    ['r_domain(string)', domain],
    ['realm(string)', domain],
    ['auth_username(string)', user],
    ['auth_password(string)', password],
    ['auth_ha1(string,null)', ''],
    ['auth_proxy(string)', `sip\\:${server.replace(':', '\\:')}`],
    ['expires(int)', '60'],
    ['flags(int)', '0'],
    ['reg_delay(int)', '0'],
    ['contact_addr(string,null)', ''],
    ['socket(string,null)', ''],
  ];
  const [names, values] = [0, 1].map((at) => columns.map((column) => column[at] ?? ''));
  return `${names?.join(' ')}\n${values?.join(':')}\n`;
}

function config(port: number, tables: string): string {
  return `${kamailioHead(2, 1)}
listen=udp:127.0.0.1:${port}
loadmodule "db_text.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "uac.so"
modparam("uac", "reg_db_url", "text://${tables}")
modparam("uac", "reg_contact_addr", "127.0.0.1:${port}")
modparam("uac", "reg_timer_interval", 1)
modparam("uac", "reg_retry_interval", 5)
request_route {
  sl_send_reply("200", "Kamailio is here");
}
`;
}
