// What a TCP stream carries, by the octets that begin it.
import { latin1 } from '../../base/bytes.ts';
import { endOfHeaders } from '../../transport/framing.ts';
import { magicCookie } from './datagrams.ts';
import { u32, u8 } from './octets.ts';
import { behindEmptyLines, startLineAt } from './sip-text.ts';
import { beginsWithSip } from './web-socket-stream.ts';

/** What begins a stream; `more` when that cannot be told yet. */
export type Sniffed = 'sip' | 'http' | 'web socket' | 'tls' | 'turn' | 'more' | 'other';

/** Tells what these octets begin; `late` when they may stand in the middle of a stream. */
export function sniff(bytes: Uint8Array, late: boolean): Sniffed {
  const start = behindEmptyLines(bytes, 0, bytes.length);
  if (start === bytes.length) return 'more';
  const type = u8(bytes, start);
  // RFC 8446 §5.1: a handshake, or any other record where the handshake was not captured.
  if (type === 22 || (late && type >= 20 && type <= 23)) {
    if (bytes.length - start < 3) return 'more';
    return u8(bytes, start + 1) === 3 && u8(bytes, start + 2) <= 4 ? 'tls' : 'other';
  }
  // RFC 8656 §3.1: STUN on a stream, as a relay speaks it.
  if (type < 4 && bytes.length >= 8 && u32(bytes, 4) === magicCookie) return 'turn';
  if (late && beginsWithSip(bytes)) return 'web socket';
  if (beginsHttp(bytes)) return 'http';
  const line = startLineAt(bytes, start, bytes.length);
  if (line === 'yes') return 'sip';
  return line === 'cut' ? 'more' : 'other';
}

/** True when a request that may ask for a WebSocket begins these octets, or an answer to it. */
export function beginsHttp(bytes: Uint8Array): boolean {
  const start = latin1(bytes, 0, Math.min(5, bytes.length));
  return start.startsWith('GET ') || start === 'HTTP/';
}

/** The header of an HTTP request or response, as far as a WebSocket needs it. */
export interface HttpHead {
  readonly firstLine: string;
  /** Of a response. */
  readonly status: number | undefined;
  readonly upgrades: boolean;
  /** RFC 7118 §4: the subprotocol of SIP is offered or taken. */
  readonly isSip: boolean;
  /** Where what follows begins. */
  readonly end: number;
}

/** Reads an HTTP header; undefined while it is not whole. */
export function httpHead(bytes: Uint8Array): HttpHead | undefined {
  const end = endOfHeaders(bytes, 0);
  if (end < 0) return undefined;
  const [firstLine = '', ...lines] = latin1(bytes, 0, end).split('\r\n');
  const values = (name: string): readonly string[] =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name}:`))
      .flatMap((line) => line.slice(name.length + 1).split(','))
      .map((value) => value.trim().toLowerCase());
  const status = /^HTTP\/\d\.\d (\d{3})/.exec(firstLine)?.[1];
  return {
    firstLine,
    status: status === undefined ? undefined : Number(status),
    upgrades: status === undefined && values('upgrade').includes('websocket'),
    isSip: values('sec-websocket-protocol').includes('sip'),
    end,
  };
}
