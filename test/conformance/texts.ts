// Messages as a peer writes them by hand: INVITEs, descriptions, and requests within a dialog.
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Address } from '../../packages/sip/src/transport/port.ts';

/** What an SDP of a peer says. */
export interface SdpText {
  readonly direction?: string;
  readonly port?: number;
  readonly payloads?: string;
  readonly version?: number;
  readonly address?: string;
}

/** A description with one audio line: PCMU, sendrecv, unless said otherwise. */
export function sdp(text: SdpText = {}): string {
  const { direction = 'sendrecv', port = 30_000, payloads = '0', version = 1 } = text;
  const { address = '192.0.2.9' } = text;
  return [
    'v=0',
    `o=- 7 ${version} IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${payloads}`,
    ...(payloads.split(' ').includes('96') ? ['a=rtpmap:96 opus/48000/2'] : []),
    `a=${direction}`,
    '',
  ].join('\n');
}

/** A request outside or inside a dialog; whatever is not said is as in any good one. */
export interface RequestText {
  readonly method?: string;
  readonly uri?: string;
  readonly via?: string;
  readonly branch?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: number;
  /** Undefined in the object leaves the Contact out. */
  readonly contact?: string | undefined;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly type?: string;
}

let branches = 0;

/** The text of a request that a peer at `address` sends; `sip:bob@10.0.0.2` is called unless said. */
export function request(address: Address, text: RequestText = {}): string {
  branches += 1;
  const { method = 'INVITE', uri = 'sip:bob@10.0.0.2', cseq = 1, body = '', headers = [] } = text;
  const where = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
  const branch = text.branch ?? `z9hG4bK-text-${branches}`;
  const contact = 'contact' in text ? text.contact : `<sip:peer@${where}>`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${text.via ?? `SIP/2.0/UDP ${where};branch=${branch}`}`,
    'Max-Forwards: 70',
    `From: ${text.from ?? '<sip:peer@example.com>;tag=peer'}`,
    `To: ${text.to ?? '<sip:bob@10.0.0.2>'}`,
    `Call-ID: ${text.callId ?? 'call-1'}`,
    `CSeq: ${cseq} ${method}`,
    ...(contact === undefined ? [] : [`Contact: ${contact}`]),
    ...headers,
    ...(body === '' ? [] : [`Content-Type: ${text.type ?? 'application/sdp'}`]),
    '',
    body,
  ].join('\n');
}

/** A request within the dialog that the answer `response` to a peer's INVITE made: the peer called us. */
export function fromCaller(address: Address, response: Arrived, text: RequestText = {}): string {
  return request(address, {
    from: row(response, 'From'),
    to: row(response, 'To'),
    callId: row(response, 'Call-ID'),
    uri: bare(row(response, 'Contact')),
    ...text,
  });
}

/** A request within the dialog that a peer made by answering our `invite` with To tag `tag`. */
export function fromCallee(
  address: Address,
  invite: Arrived,
  text: RequestText & { readonly tag?: string } = {},
): string {
  return request(address, {
    from: `${row(invite, 'To')};tag=${text.tag ?? 'peer'}`,
    to: row(invite, 'From'),
    callId: row(invite, 'Call-ID'),
    uri: bare(row(invite, 'Contact')),
    ...text,
  });
}

/** The first row of a header; throws when there is none. */
export function row({ text }: { readonly text: string }, name: string): string {
  const [value] = headerRows(text, name);
  if (value === undefined) throw new Error(`There is no ${name} in ${text}`);
  return value;
}

/** The body of a message. */
export function bodyOf({ text }: { readonly text: string }): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

/** One line of a description, such as `o=`; empty when there is none. */
export function sdpLine(message: { readonly text: string }, prefix: string): string {
  return (
    bodyOf(message)
      .split('\r\n')
      .find((line) => line.startsWith(prefix)) ?? ''
  );
}

/** What stands between angle brackets. */
export function bare(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value;
}
