// Kamailio as somebody else's PBX for browsers: a registrar on WebSocket (RFC 7118) and UDP, with rtpengine between its phones.
import { hasKamailioModule, kamailio, kamailioHead } from './kamailio.ts';
import type { Program } from './program.ts';
import { hasRtpengine, Rtpengine } from './rtpengine.ts';
import type { World } from './world.ts';

/** True when Kamailio is here with its module for WebSocket, and rtpengine. */
export const hasKamailioWeb: boolean = hasKamailioModule('websocket') && hasRtpengine;

/** A running Kamailio with its rtpengine; every user NAME has the password `pw-NAME`. */
export class KamailioWeb {
  readonly program: Program;
  /** host:port of SIP over UDP. */
  readonly address: string;
  readonly webSocket: string;

  static async start(world: World): Promise<KamailioWeb> {
    const rtpengine = await Rtpengine.start(world);
    const port = await world.ports.take(2);
    const control = `udp:127.0.0.1:${rtpengine.address.port}`;
    return new KamailioWeb(port, await kamailio(world, port, config(port, control)));
  }

  private constructor(port: number, program: Program) {
    this.program = program;
    this.address = `127.0.0.1:${port}`;
    this.webSocket = `ws://${this.address}/`;
  }

  /** The address of a user. */
  aor(user: string): string {
    return `sip:${user}@${this.address}`;
  }
}

// Offers towards a WebSocket become WebRTC, all others RTP/AVP; answers mirror what was offered.
function config(port: number, control: string): string {
  return `${kamailioHead(2, 2)}
tcp_accept_no_cl=yes
tcp_connection_lifetime=3604
tcp_rd_buf_size=65536
listen=udp:127.0.0.1:${port}
listen=tcp:127.0.0.1:${port}
${[
  ...['kex', 'tm', 'tmx', 'sl', 'rr', 'pv', 'maxfwd', 'usrloc', 'registrar', 'textops'],
  ...['siputils', 'auth', 'nathelper', 'xhttp', 'websocket', 'sdpops', 'rtpengine'],
]
  .map((module) => `loadmodule "${module}.so"\n`)
  .join('')}modparam("tm", "fr_timer", 5000)
modparam("rr", "enable_full_lr", 1)
modparam("rr", "append_fromtag", 1)
modparam("usrloc", "db_mode", 0)
modparam("registrar", "max_expires", 3600)
modparam("registrar", "use_path", 1)
modparam("nathelper|registrar", "received_avp", "$avp(RECEIVED)")
modparam("auth", "qop", "auth")
modparam("rtpengine", "rtpengine_sock", "${control}")
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  force_rport();
  if (proto != UDP) { if (is_method("REGISTER")) fix_nated_register(); else add_contact_alias(); }
  if (is_method("CANCEL")) { if (t_check_trans()) route(RELAY); exit; }
  if (has_totag()) {
    if (loose_route()) { if (!isdsturiset()) handle_ruri_alias(); route(RELAY); exit; }
    if (is_method("ACK")) { if (t_check_trans()) route(RELAY); exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  if (!t_precheck_trans()) t_check_trans();
  if (is_method("REGISTER")) {
    if ($au == $null || !pv_www_authenticate("kamailio.test", "pw-$au", "0")) {
      www_challenge("kamailio.test", "1");
      exit;
    }
    if (!save("location")) sl_reply_error();
    exit;
  }
  if ($au == $null || !pv_proxy_authenticate("kamailio.test", "pw-$au", "0")) {
    proxy_challenge("kamailio.test", "1");
    exit;
  }
  consume_credentials();
  record_route();
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  handle_ruri_alias();
  route(RELAY);
}
route[RELAY] {
  if (is_method("BYE")) rtpengine_delete();
  else if (is_method("INVITE|UPDATE|ACK|PRACK") && has_body("application/sdp")) {
    if ($(ru{uri.transport}) =~ "^wss?$" || $du =~ "transport=wss?") {
      rtpengine_manage("replace-origin ICE=force RTP/SAVPF rtcp-mux-offer generate-mid SDES-off");
    } else rtpengine_manage("replace-origin ICE=remove RTP/AVP rtcp-mux-demux");
  }
  if (is_method("INVITE") && !t_is_set("onreply_route")) t_on_reply("REPLY");
  if (!t_relay()) sl_reply_error();
  exit;
}
onreply_route[REPLY] {
  if (proto != UDP) add_contact_alias();
  if (has_body("application/sdp") && status =~ "(18[0-9]|2[0-9][0-9])") rtpengine_manage("replace-origin");
}
event_route[xhttp:request] {
  set_reply_close();
  set_reply_no_connect();
  if ($hdr(Upgrade) =~ "websocket" && $hdr(Connection) =~ "Upgrade" && $rm =~ "GET") {
    if (ws_handle_handshake()) exit;
  }
  xhttp_reply("404", "Not Found", "", "");
}
`;
}
