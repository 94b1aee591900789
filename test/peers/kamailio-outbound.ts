// Kamailio as the two servers of RFC 5626: an edge proxy that puts flow tokens into Path, and the registrar behind it.
import { hasKamailioModule, kamailio, kamailioHead } from './kamailio.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

/** True when Kamailio is here with its module for flows, which is a package of its own. */
export function hasKamailioOutbound(): boolean {
  return hasKamailioModule('outbound');
}

/** A running Kamailio of one of the two kinds. */
export interface OutboundKamailio {
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly program: Program;
}

/** The registrar of example.com: outbound, Path and GRUU. */
export async function outboundRegistrar(world: World): Promise<OutboundKamailio> {
  const port = await world.ports.take(2);
  const program = await kamailio(world, port, registrarConfig(port));
  return { port, address: `127.0.0.1:${port}`, program };
}

/** An edge proxy before it, that wants a keep-alive every `flowTimer` seconds. */
export async function outboundEdge(
  world: World,
  registrar: OutboundKamailio,
  flowTimer: number,
): Promise<OutboundKamailio> {
  const port = await world.ports.take(2);
  const program = await kamailio(world, port, edgeConfig(port, registrar.port, flowTimer));
  return { port, address: `127.0.0.1:${port}`, program };
}

function common(port: number): string {
  return `${kamailioHead(2, 2)}
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
tcp_crlf_ping=yes
alias="example.com"
loadmodule "tm.so"
loadmodule "sl.so"
`;
}

function edgeConfig(port: number, registrar: number, flowTimer: number): string {
  return `${common(port)}
force_rport=yes
loadmodule "outbound.so"
loadmodule "rr.so"
loadmodule "path.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "stun.so"
modparam("tm", "failure_reply_mode", 3)
modparam("rr", "append_fromtag", 0)
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not Found");
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    remove_hf("Route");
    add_path();
    $du = "sip:127.0.0.1:${registrar}";
  } else {
    if (is_method("INVITE|SUBSCRIBE")) record_route();
    if (@via[2] == "") {
      remove_hf("Route");
      $du = "sip:127.0.0.1:${registrar}";
    } else if (!loose_route()) {
      sl_send_reply("403", "Forbidden");
      exit;
    }
  }
  if (!t_relay()) sl_reply_error();
}
onreply_route {
  if ($rm == "REGISTER" && $rs >= 200 && $rs <= 299) {
    remove_hf("Flow-Timer");
    if ($(hdr(Require)[*]) =~ "outbound") insert_hf("Flow-Timer: ${flowTimer}\\r\\n", "Call-ID");
  }
}
`;
}

function registrarConfig(port: number): string {
  return `${common(port)}
loadmodule "tmx.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
modparam("tm", "fr_timer", 1500)
modparam("tm", "contact_flows_avp", "tm_contact_flows")
modparam("tm", "contacts_avp", "tm_contacts")
modparam("rr", "append_fromtag", 0)
modparam("registrar", "use_path", 1)
modparam("registrar", "gruu_enabled", 1)
modparam("registrar", "outbound_mode", 1)
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) {
      if ($rU != $null && is_gruu() && lookup("location")) { t_relay(); exit; }
      t_relay();
      exit;
    }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not Found");
    exit;
  }
  t_check_trans();
  remove_hf("Route");
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  if (is_method("REGISTER")) {
    if (!save("location")) sl_reply_error();
    exit;
  }
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  # With a single contact there is nothing to load, and lookup() has set the way already.
  t_load_contacts();
  t_next_contacts();
  t_on_failure("NEXT");
  t_on_branch_failure("FLOW");
  if (!t_relay()) sl_reply_error();
}
failure_route[NEXT] {
  if (t_is_canceled()) exit;
  if (t_next_contacts()) { t_on_failure("NEXT"); t_relay(); exit; }
}
event_route[tm:branch-failure:FLOW] {
  if (t_check_status("403|430") || (t_branch_timeout() && !t_branch_replied())) {
    if (t_next_contact_flow()) { t_on_branch_failure("FLOW"); t_relay(); }
  }
}
`;
}
