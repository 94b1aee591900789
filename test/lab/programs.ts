// The programs of the captures, each at an address of the laboratory on port 5060: phones of other people, ours, and Kamailio.
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { RtpOptions, RtpSession } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import { tcp } from '../../packages/sip/src/node/tcp.ts';
import { udp } from '../../packages/sip/src/node/udp.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import type { UserAgentOptions } from '../../packages/sip/src/ua/options.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import { Baresip } from '../peers/baresip.ts';
import type { BaresipOptions } from '../peers/baresip.ts';
import { kamailio } from '../peers/kamailio.ts';
import { Linphone } from '../peers/linphone.ts';
import type { LinphoneOptions } from '../peers/linphone.ts';
import type { Lab } from './lab.ts';
import { address, hertz, userOf } from './lab.ts';

/** Starts a baresip at `host`. */
export async function baresip(
  { world }: Lab,
  host: string,
  options: BaresipOptions,
): Promise<Baresip> {
  return await Baresip.start(world, { host, port: 5060, hertz, uid: userOf(host), ...options });
}

/** Starts a linphonec at `host`. */
export async function linphone(
  { world }: Lab,
  host: string,
  options: LinphoneOptions,
): Promise<Linphone> {
  return await Linphone.start(world, {
    host,
    port: 5060,
    uid: userOf(host),
    hertz,
    onlyG711: true,
    ...options,
  });
}

/** A phone made of our own stack. */
export interface OurPhone {
  readonly ua: UserAgent<RtpSession>;
  nextCall(): Promise<IncomingCall<RtpSession>>;
}

/** Starts a phone of ours at `host`. */
export async function offhook(
  { world }: Lab,
  host: string,
  user: string,
  options: Partial<UserAgentOptions<RtpSession>> & { readonly rtp?: RtpOptions } = {},
): Promise<OurPhone> {
  const { rtp: mediaOptions, ...others } = options;
  const media = rtp({ host, ...mediaOptions });
  const place = { host, port: 5060 };
  const ua = new UserAgent<RtpSession>({
    account: { aor: `sip:${user}@${host}`, displayName: user },
    transports: [udp(place), tcp(place)],
    media,
    product: 'Offhook',
    ...others,
  });
  await ua.start();
  world.own({
    async close() {
      await ua.close();
      await media.close();
    },
  });
  const calls = ua.incoming[Symbol.asyncIterator]();
  return {
    ua,
    async nextCall() {
      const { value, done } = await calls.next();
      if (done === true) throw new Error('No more calls come in');
      return value;
    },
  };
}

/** What a Kamailio does besides passing on. */
export interface KamailioOptions {
  /** Its own address. */
  readonly host?: string;
  /** Lines before `request_route`, such as further modules. */
  readonly modules?: string;
  /** What is done first with a request outside a dialog. */
  readonly first?: string;
  /** What is done with a REGISTER; it is stored unless said. */
  readonly register?: string;
  /** How a request outside a dialog finds its way; by the registrations, else by its Request-URI. */
  readonly route?: string;
  readonly recordRoute?: boolean;
  /** ACKs that are not routed here are dropped. */
  readonly dropsAcks?: boolean;
  readonly onReply?: string;
}

/** Digest of Kamailio against this password, for every request. */
export function demands(password: string): string {
  const realm = address.proxy;
  return `if (is_method("REGISTER")) pv_www_authenticate("${realm}", "${password}", "0");
  else pv_proxy_authenticate("${realm}", "${password}", "0");
  $var(found) = $rc;
  if ($var(found) < 0) {
    # No credentials are -5, a wrong password is -2; what is left is a nonce that was good once.
    if ($var(found) == -5 || $var(found) == -2) {
      if (is_method("REGISTER")) www_challenge("${realm}", "0"); else proxy_challenge("${realm}", "0");
    } else {
      if (is_method("REGISTER")) www_challenge("${realm}", "16"); else proxy_challenge("${realm}", "16");
    }
    exit;
  }
  consume_credentials();`;
}

/** Starts Kamailio as registrar and record-routing proxy. */
export async function proxy({ world }: Lab, options: KamailioOptions = {}): Promise<void> {
  // The number names its folder as well.
  await kamailio(world, options.host === undefined ? 5060 : 5062, kamailioConfig(options));
}

function kamailioConfig(options: KamailioOptions): string {
  const { host = address.proxy, modules = '', first = '', recordRoute = true } = options;
  const { register = 'save("location"); exit;' } = options;
  const {
    route = `if (uri == myself && !lookup("location")) { sl_send_reply("404", "Not Found"); exit; }`,
  } = options;
  return `#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
tcp_children=1
auto_aliases=no
dns=no
rev_dns=no
tcp_source_ipv4=${host}
listen=udp:${host}:5060
listen=tcp:${host}:5060
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "corex.so"
modparam("rr", "enable_full_lr", 1)
${modules}
request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    ${options.dropsAcks === true ? 'if (is_method("ACK")) exit;' : ''}
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  t_check_trans();
  ${first}
  if (is_method("REGISTER")) { ${register} }
  loose_route();
  remove_hf("Route");
  ${recordRoute ? 'if (is_method("INVITE|SUBSCRIBE")) record_route();' : ''}
  ${route}
  ${options.onReply === undefined ? '' : 't_on_reply("BACK");'}
  if (!t_relay()) sl_reply_error();
}
${options.onReply === undefined ? '' : `onreply_route[BACK] { ${options.onReply} }`}
`;
}

/** The tone that a browser's microphone hears, in hertz. */
export const hertzOfPage = 500;
