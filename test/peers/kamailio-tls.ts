// Kamailio over TLS: a proxy with a certificate of its own, which asks its peers for theirs.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestCertificate } from '../../packages/sip/src/node/certificates.test-kit.ts';
import { hasKamailioModule, kamailio, kamailioHead } from './kamailio.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

/** True when Kamailio is here with its module for TLS, which is a package of its own. */
export function hasKamailioTls(): boolean {
  return hasKamailioModule('tls');
}

/** What it shows and whom it trusts. */
export interface KamailioTlsOptions {
  readonly certificate: TestCertificate;
  /** A PEM file of authorities. */
  readonly ca: string;
}

/** A running Kamailio that forwards where the Request-URI points, over TLS, and stays in the path. */
export class KamailioTls {
  readonly port: number;
  readonly program: Program;

  static async start(world: World, options: KamailioTlsOptions): Promise<KamailioTls> {
    const port = await world.ports.take(2);
    const folder = path.join(world.folder, `tls-${port}`);
    mkdirSync(folder);
    const file = path.join(folder, 'tls.cfg');
    writeFileSync(file, tlsConfig(options));
    return new KamailioTls(port, await kamailio(world, port, config(port, file)));
  }

  private constructor(port: number, program: Program) {
    this.port = port;
    this.program = program;
  }
}

function tlsConfig({ certificate, ca }: KamailioTlsOptions): string {
  const common = [
    'method = TLSv1.2+',
    'verify_certificate = yes',
    `private_key = ${certificate.keyFile}`,
    `certificate = ${certificate.certFile}`,
    `ca_list = ${ca}`,
  ].join('\n');
  return `[server:default]\n${common}\nrequire_certificate = yes\n[client:default]\n${common}\nrequire_certificate = yes\n`;
}

function config(port: number, tlsFile: string): string {
  return `${kamailioHead(2, 2)}
enable_tls=yes
listen=udp:127.0.0.1:${port}
listen=tls:127.0.0.1:${port}
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("tls", "config", "${tlsFile}")
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
  remove_hf("Route");
  record_route();
  if (!t_relay()) sl_reply_error();
}
`;
}
