// The routes that we put into a dialog: how they are written, and how they are known again (RFC 3261 §16.4, §16.6 item 4).
import type { Flow, Protocol, Target } from '@offhook/sip';
import { isConnectionFlow } from '@offhook/sip/node';
import { formatHost, isSipUri, parameters, sameHost } from '@offhook/sip/message';
import type { SipUri, Uri } from '@offhook/sip/message';

/** Makes the token of a text: only we can make it, and the same text always gives the same. */
export type Sign = (text: string) => string;

/** One side of this proxy, as the other end of that side has to write it. */
export interface Leg {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number | undefined;
  /** True when the URI must be a sips URI. */
  readonly secure: boolean;
  /** Where the end of this side is reached when its own URI does not lead to it: a WebSocket, or behind a NAT. */
  readonly peer: Target | undefined;
}

/** A Record-Route value: the leg, `lr`, and a token that makes it valid for this Call-ID only. */
export function recordRouteOf(leg: Leg, callId: string, sign: Sign): string {
  const { protocol, host, port, secure } = leg;
  const where = port === undefined ? formatHost(host) : `${formatHost(host)}:${port}`;
  const transport = transportOf(protocol, secure);
  const kind = transport === undefined ? '' : `;transport=${transport}`;
  const peer = leg.peer === undefined ? undefined : writePeer(leg.peer);
  const flow = peer === undefined ? '' : `;${peerName}=${peer}`;
  return `<${secure ? 'sips' : 'sip'}:${where}${kind};lr;${tokenName}=${sign(signedText(callId, peer))}${flow}>`;
}

/** What a URI says that may be a route of ours. */
export type OwnRoute =
  | { readonly kind: 'plain' }
  | { readonly kind: 'forged' }
  | { readonly kind: 'signed'; readonly peer: Target | undefined };

/** Reads a route that leads to us: without our token, with a wrong one, or one that we made for this Call-ID. */
export function readOwnRoute(uri: Uri, callId: string, sign: Sign): OwnRoute {
  if (!isSipUri(uri) || !uri.parameters.has(tokenName)) return { kind: 'plain' };
  const peer = uri.parameters.get(peerName);
  if (!sameToken(uri.parameters.get(tokenName) ?? '', sign(signedText(callId, peer))))
    return { kind: 'forged' };
  return { kind: 'signed', peer: peer === undefined ? undefined : readPeer(peer) };
}

/** True for a URI in the form of our Record-Route, wherever it leads. */
export function looksRecorded(uri: Uri): boolean {
  return (
    isSipUri(uri) &&
    uri.user === undefined &&
    uri.parameters.has('lr') &&
    uri.parameters.has(tokenName)
  );
}

/** The way to a peer as a URI, so that an open connection to it is used again. */
export function peerUri({ protocol, host, port }: Target): SipUri {
  const transport = protocol === 'UDP' ? {} : { transport: protocol.toLowerCase() };
  return { scheme: 'sip', host, port, parameters: parameters(transport) };
}

/**
 * The far end of `flow`, when `uri` would not lead there: always for WebSocket and for who connected to us by TLS, since a
 * phone has no certificate of its own to be connected to; else behind a NAT (RFC 5626 §5.3).
 */
export function peerOn(flow: Flow, uri: Uri | undefined): Target | undefined {
  const { protocol, remote } = flow;
  if (remote.host.includes('%')) return undefined;
  const peer = { protocol, host: remote.host, port: remote.port };
  if (protocol === 'WS' || protocol === 'WSS' || uri === undefined || !isSipUri(uri)) return peer;
  if (protocol === 'TLS' && isConnectionFlow(flow) && flow.accepted) return peer;
  if (uri.parameters.has('maddr')) return undefined;
  const samePort = protocol !== 'UDP' || (uri.port ?? 5060) === remote.port;
  return samePort && sameHost(uri.host, remote.host) ? undefined : peer;
}

const tokenName = 'ok';
const peerName = 'fl';

function signedText(callId: string, peer: string | undefined): string {
  return peer === undefined ? callId : `${callId} ${peer}`;
}

// RFC 7118 §5.2 knows `ws` only, for both. TLS is what a sips URI means anyway.
// Departs from RFC 5630 §5.3: transport=tls is written for sip over TLS, since phones would come back by UDP otherwise.
function transportOf(protocol: Protocol, secure: boolean): string | undefined {
  switch (protocol) {
    case 'UDP':
      return undefined;
    case 'TCP':
      return 'tcp';
    case 'TLS':
      return secure ? undefined : 'tls';
    case 'WS':
    case 'WSS':
      return 'ws';
  }
}

// Only characters that every parser takes in a parameter: `ws-192.0.2.1-50000`, `udp-2001_db8__1-5060`.
function writePeer({ protocol, host, port }: Target): string {
  return `${protocol.toLowerCase()}-${host.replaceAll(':', '_')}-${port}`;
}

function readPeer(text: string): Target | undefined {
  const found = /^(udp|tcp|tls|ws|wss)-([0-9A-Za-z._]{1,64})-(\d{1,5})$/.exec(text);
  const protocol = protocols.find((known) => known.toLowerCase() === found?.[1]);
  if (found === null || protocol === undefined) return undefined;
  return { protocol, host: (found[2] ?? '').replaceAll('_', ':'), port: Number(found[3]) };
}

const protocols: readonly Protocol[] = ['UDP', 'TCP', 'TLS', 'WS', 'WSS'];

// In the same time wherever the first difference is.
function sameToken(given: string, right: string): boolean {
  if (given.length !== right.length) return false;
  let difference = 0;
  for (let at = 0; at < right.length; at += 1)
    difference |= given.charCodeAt(at) ^ right.charCodeAt(at);
  return difference === 0;
}
