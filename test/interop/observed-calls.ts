// Calls as the tap would tell them, one for each way of carrying: what writers of captures are tried on.
import type { Observation } from '@offhook/sip';

type MessageObserved = Extract<Observation, { kind: 'message' }>;
type FlowObserved = Extract<Observation, { kind: 'flow' }>;
type ObservedAddress = MessageObserved['local'];

/** One call over each protocol and both versions of IP, and the media of one. */
export function observed(): {
  readonly observations: readonly (MessageObserved | FlowObserved)[];
  readonly datagrams: readonly {
    readonly at: number;
    readonly source: ObservedAddress;
    readonly destination: ObservedAddress;
    readonly bytes: Uint8Array;
  }[];
} {
  const ways: readonly (readonly [string, string, string, number])[] = [
    ['UDP', '10.0.0.1', '10.0.0.2', 5060],
    ['UDP', '2001:db8::1', '2001:db8::2', 5060],
    ['TCP', '10.0.0.1', '10.0.0.3', 5060],
    ['TLS', '10.0.0.1', '10.0.0.4', 5061],
    ['TLS', '2001:db8::1', '2001:db8::4', 5061],
    ['WSS', 'page.invalid', '10.0.0.5', 443],
  ];
  const observations = ways.flatMap(([protocol, from, to, port], index) =>
    call(protocol, from, to, port, index),
  );
  const datagrams = Array.from({ length: 20 }, (_, index) => ({
    at: start + 2000 + index * 20,
    source: { host: '10.0.0.1', port: 20_000 },
    destination: { host: '10.0.0.2', port: 20_002 },
    bytes: Uint8Array.from([
      0x80,
      0,
      0,
      index,
      0,
      0,
      index,
      160,
      0,
      0,
      0,
      1,
      ...Array<number>(160).fill(0xff),
    ]),
  }));
  return { observations, datagrams };
}

const start = 1_700_000_000_000;

function call(
  protocol: string,
  from: string,
  to: string,
  port: number,
  index: number,
): (MessageObserved | FlowObserved)[] {
  const local = { host: from, port: 40_000 + index };
  const remote = { host: to, port };
  const flow = `${protocol} ${index}`;
  const base = { v: 1, endpoint: 'alice', protocol, flow, local, remote } as const;
  const at = start + index * 10_000;
  const texts = [
    request('INVITE', protocol, index, 1),
    response('180 Ringing', 'INVITE', protocol, index, 1),
    response('200 OK', 'INVITE', protocol, index, 1),
    request('ACK', protocol, index, 1),
    request('BYE', protocol, index, 2),
    response('200 OK', 'BYE', protocol, index, 2),
  ];
  const messages = texts.map((text, place): MessageObserved => ({
    ...base,
    kind: 'message',
    at: at + 10 + place * 100,
    direction: text.startsWith('SIP/') ? 'in' : 'out',
    text,
  }));
  if (protocol === 'UDP') return messages;
  return [
    { ...base, kind: 'flow', at, event: 'opened' },
    ...messages,
    { ...base, kind: 'flow', at: at + 5000, event: 'closed' },
  ];
}

function headers(protocol: string, index: number, cseq: string): readonly string[] {
  return [
    `Via: SIP/2.0/${protocol} alice.invalid:5060;branch=z9hG4bK${index}${cseq.replace(' ', '')}`,
    `From: <sip:alice@example.com>;tag=a${index}`,
    `To: <sip:bob@example.com>${cseq.startsWith('1 INVITE') ? '' : `;tag=b${index}`}`,
    `Call-ID: call-${index}`,
    `CSeq: ${cseq}`,
    'Max-Forwards: 70',
    'Contact: <sip:alice@alice.invalid>',
    'Content-Length: 0',
    '',
    '',
  ];
}

function request(method: string, protocol: string, index: number, cseq: number): string {
  return [
    `${method} sip:bob@example.com SIP/2.0`,
    ...headers(protocol, index, `${cseq} ${method}`),
  ].join('\r\n');
}

function response(
  status: string,
  method: string,
  protocol: string,
  index: number,
  cseq: number,
): string {
  return [`SIP/2.0 ${status}`, ...headers(protocol, index, `${cseq} ${method}`)].join('\r\n');
}
