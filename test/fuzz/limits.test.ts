// The limits of the protocol library: what is just allowed is taken, one more is refused, and nothing else suffers.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { DialogTable } from '../../packages/sip/src/dialog/table.ts';
import { bodyParts, contact, from, parseMessage } from '../../packages/sip/src/message/index.ts';
import { parseSdp } from '../../packages/sip/src/sdp/index.ts';
import { parseUri } from '../../packages/sip/src/message/uri.ts';
import type { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { defaultLimits, TransactionTable } from '../../packages/sip/src/transaction/table.ts';
import { frameWhole, StreamFramer } from '../../packages/sip/src/transport/framing.ts';
import { fromCaller, request, sdp } from '../conformance/texts.ts';
import type { RequestText } from '../conformance/texts.ts';
import { descriptions } from './corpus.ts';
import { here, Phone } from './phone.ts';

const needed = [
  'Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKx',
  'From: <sip:a@10.0.0.9>;tag=1',
  'To: <sip:bob@10.0.0.2>',
  'Call-ID: limits',
  'CSeq: 1 OPTIONS',
];

/** A request with these lines besides what every request has. */
function message(lines: readonly string[], body = '', uri = 'sip:bob@10.0.0.2'): string {
  const length = `Content-Length: ${body.length}`;
  return [`OPTIONS ${uri} SIP/2.0`, ...needed, ...lines, length, '', body].join('\r\n');
}

/** What the parser says to a datagram: 200 for taken, else the status. */
function verdict(text: string): number {
  const parsed = parseMessage(latin1Bytes(text));
  return parsed.ok ? 200 : parsed.error.status;
}

/** What comes out of a stream. */
function framed(text: string): string {
  return new StreamFramer()
    .push(latin1Bytes(text))
    .map(({ kind }) => kind)
    .join();
}

/** `text` with as many `x` put for `@@` as make it `length` characters long. */
function filled(text: string, length: number): string {
  return text.replace('@@', 'x'.repeat(length - text.length + 2));
}

const many = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => line(index));
const parameters = (count: number): string => many(count, (index) => `;p${index}=1`).join('');
const row = (length: number): string => `X: ${'x'.repeat(length - 3)}`;

/** Rows of 8,000 characters and a rest, so that start of headers to their last line end is `length`. */
function headersOf(length: number): string {
  const rows = many(4, () => row(8000));
  const others = [...needed, ...rows, 'Content-Length: 0'].join('\r\n').length;
  return message([...rows, row(length - others - 2)]);
}

interface Limit {
  readonly name: string;
  readonly most: number;
  readonly make: (count: number) => string;
  /** How it is refused, and what is said of the text at the limit. */
  readonly refused: string | number;
  readonly taken: string | number;
  readonly judge: (text: string) => string | number;
}

function bodyVerdict(text: string): number {
  const parsed = parseMessage(latin1Bytes(text));
  if (!parsed.ok) return parsed.error.status;
  const parts = bodyParts(parsed.value);
  return parts.ok ? 200 : parts.error.status;
}

const levels = (depth: number): string => {
  const open = many(
    depth,
    (level) => `--b${level}\r\nContent-Type: multipart/mixed;boundary=b${level + 1}\r\n\r\n`,
  );
  const close = many(depth, (level) => `\r\n--b${depth - 1 - level}--`);
  return `${open.join('')}--b${depth}\r\n\r\nx\r\n--b${depth}--${close.join('')}`;
};
const multipart = (body: string): string =>
  message(['Content-Type: multipart/mixed;boundary=b0'], body);
const description = (lines: readonly string[]): string =>
  [(descriptions[0] ?? '').trimEnd(), ...lines, ''].join('\r\n');
const ofMessage = { taken: 200, judge: verdict } as const;
const ofStream = { taken: 'message', refused: 'lost', judge: framed } as const;
const ofSdp = {
  taken: 'taken',
  refused: 'too large',
  judge: (text: string): string => {
    const parsed = parseSdp(text);
    return parsed.ok ? 'taken' : parsed.error.kind;
  },
} as const;

// prettier-ignore
const limits: readonly Limit[] = [
  { name: 'bytes of a message', most: 65_536, make: (count) => filled(message([], '@@'), count).replace(/Content-Length: \d+/, 'X: 12345678901234'), refused: 513, ...ofMessage },
  { name: 'bytes of a request line', most: 8192, make: (count) => message([], '', `sip:${'x'.repeat(count - 22)}@h`), refused: 414, ...ofMessage },
  { name: 'bytes of a header row', most: 8192, make: (count) => message([row(count)]), refused: 513, ...ofMessage },
  { name: 'bytes of a header row with its folds', most: 8192, make: (count) => message([`X: y\r\n ${'x'.repeat(count - 7)}`]), refused: 513, ...ofMessage },
  { name: 'bytes of all headers', most: 32_768, make: headersOf, refused: 513, ...ofMessage },
  { name: 'headers', most: 256, make: (count) => message(many(count - 6, () => 'X: y')), refused: 513, ...ofMessage },
  { name: 'Via rows', most: 70, make: (count) => message(many(count - 1, () => 'Via: SIP/2.0/UDP h')), refused: 400, ...ofMessage },
  { name: 'Via values of one row', most: 70, make: (count) => message([`v: ${many(count - 1, () => 'SIP/2.0/UDP h').join()}`]), refused: 400, ...ofMessage },
  { name: 'Route values', most: 30, make: (count) => message([`Route: ${many(count, () => '<sip:h;lr>').join()}`]), refused: 400, ...ofMessage },
  { name: 'Record-Route rows', most: 30, make: (count) => message(many(count, () => 'Record-Route: "a, b" <sip:h;lr>')), refused: 400, ...ofMessage },
  { name: 'Contact values', most: 10, make: (count) => message([`m: ${many(count, () => '"a, b" <sip:h>').join(', ')}`]), refused: 400, ...ofMessage },
  { name: 'parameters of From', most: 64, make: (count) => message([]).replace(';tag=1', `;tag=1${parameters(count - 1)}`), refused: 400, ...ofMessage },
  { name: 'parameters of Via', most: 64, make: (count) => message([]).replace(';branch=z9hG4bKx', `;branch=z9hG4bKx${parameters(count - 1)}`), refused: 400, ...ofMessage },
  { name: 'parameters of a Request-URI', most: 64, make: (count) => message([], '', `sip:h${parameters(count)}`), refused: 400, ...ofMessage },
  {
    name: 'parameters of a Contact', most: 64, make: (count) => message([`Contact: <sip:h>${parameters(count)}`]), taken: 'read', refused: 'malformed',
    judge: (text) => {
      const parsed = parseMessage(latin1Bytes(text));
      return parsed.ok && parsed.value.read(contact).ok ? 'read' : 'malformed';
    },
  },
  { name: 'parameters of a URI', most: 64, make: (count) => `sip:h${parameters(count)}`, taken: 1, refused: 0, judge: (text) => Number(parseUri(text).ok) },
  { name: 'levels of multipart', most: 32, make: (count) => multipart(levels(count - 1)), taken: 200, refused: 400, judge: bodyVerdict },
  { name: 'parts of multipart', most: 256, make: (count) => multipart(`${'--b0\r\n\r\nx\r\n'.repeat(count)}--b0--`), taken: 200, refused: 400, judge: bodyVerdict },
  { name: 'bytes of a message on a stream', most: 65_536, make: (count) => { const head = message([]).replace('Content-Length: 0', 'Content-Length: 12345'); return head.replace('12345', String(count - head.length)) + 'x'.repeat(count - head.length); }, ...ofStream },
  { name: 'bytes of a start line on a stream', most: 8192, make: (count) => message([], '', `sip:${'x'.repeat(count - 22)}@h`), ...ofStream },
  { name: 'bytes of headers on a stream', most: 32_768, make: (count) => { const text = message([row(8000), row(8000), row(8000), 'X: @@']); return filled(text, count); }, ...ofStream },
  { name: 'characters of a description', most: 65_536, make: (count) => filled(`${description(['a=@@'])}`, count), ...ofSdp },
  { name: 'lines of a description', most: 4096, make: (count) => description(many(count - 12, () => 'a=x')), ...ofSdp },
  { name: 'media lines of a description', most: 64, make: (count) => description(many(count - 1, () => 'm=audio 1 RTP/AVP 0')), ...ofSdp },
  { name: 'formats of a media line', most: 256, make: (count) => description([`m=audio 1 RTP/AVP${' 0'.repeat(count)}`]), ...ofSdp },
];

describe('messages', () => {
  for (const { name, most, make, taken, refused, judge } of limits) {
    test(`A06: ${most} ${name} are taken, one more is refused`, () => {
      expect([judge(make(most)), judge(make(most + 1))]).toEqual([taken, refused]);
    });
  }

  test('A06: the largest datagram that UDP carries is taken', () => {
    const head = message([]).replace('Content-Length: 0', 'Content-Length: 12345');
    const length = 65_507 - head.length;
    const text = head.replace('12345', String(length)) + 'x'.repeat(length);
    expect([text.length, verdict(text)]).toEqual([65_507, 200]);
    expect(frameWhole(latin1Bytes(text))?.kind).toBe('message');
  });

  test('A06: a response may list more contacts than a request may bring', () => {
    const text = message([`Contact: ${many(40, (index) => `<sip:${index}@h>`).join()}`]);
    const parsed = parseMessage(latin1Bytes(text.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n')));
    expect(parsed.ok && parsed.value.get(contact)?.length).toBe(40);
    expect(parsed.ok && parsed.value.get(from)?.tag).toBe('1');
  });
});

describe('what lives', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('100,000 unfinished transactions, a million finished ones and 50,000 dialogs', () => {
    expect(defaultLimits).toEqual({ unfinished: 100_000, finished: 1_000_000 });
    expect(new DialogTable().limit).toBe(50_000);
  });

  test('X20: at the limit of transactions a request gets 503 and leaves nothing, and all goes on when one is over', async () => {
    const most = 3;
    vi.spyOn(TransactionTable.prototype, 'full', 'get').mockImplementation(function full(
      this: TransactionTable,
    ) {
      return this.unfinished >= most;
    });
    const { phone, peer } = await stage();
    const invite = (callId: string, text: RequestText = {}): void =>
      peer.send(
        request(peer.address, { callId, branch: `z9hG4bK${callId}`, body: sdp(), ...text }),
        here,
      );
    for (const callId of ['1', '2', '3']) invite(callId);
    await phone.clock.elapse(5);
    expect([phone.incoming.length, phone.ua.load.transactions]).toEqual([3, 3]);
    invite('4');
    invite('4');
    await phone.clock.elapse(5);
    expect([phone.incoming.length, phone.ua.load.transactions]).toEqual([3, 3]);
    const refusals = peer.log.filter(({ text }) => text.startsWith('SIP/2.0 503'));
    expect(refusals.length).toBe(2);
    for (const { text } of refusals) expect(text).toMatch(/\r\nRetry-After: \d+\r\n/);
    expect(phone.ua.endpoint.counters.refusedWhenFull).toBe(2);
    // Repeats of what is known are no new work.
    invite('1');
    await phone.clock.elapse(5);
    expect(phone.ua.endpoint.counters.refusedWhenFull).toBe(2);
    phone.incoming[0]?.reject();
    invite('5');
    await phone.clock.elapse(5);
    expect(phone.incoming.length).toBe(4);
    // Nobody acknowledges the refusal: without a transaction it was sent once.
    await phone.clock.elapse(32_000);
    expect(peer.log.filter(({ text }) => text.startsWith('SIP/2.0 503')).length).toBe(2);
    vi.restoreAllMocks();
    await phone.end();
  });

  test('X20: at the limit of transactions calls that are up go on: re-INVITE, BYE, CANCEL and responses pass', async () => {
    let most = Number.POSITIVE_INFINITY;
    vi.spyOn(TransactionTable.prototype, 'full', 'get').mockImplementation(function full(
      this: TransactionTable,
    ) {
      return this.unfinished >= most;
    });
    const { phone, peer } = await stage();
    const invite = (callId: string): void =>
      peer.send(request(peer.address, { callId, branch: `z9hG4bK${callId}`, body: sdp() }), here);
    invite('up');
    invite('rings');
    await phone.clock.elapse(5);
    const [first] = phone.incoming;
    const accepted = first?.accept();
    await phone.clock.elapse(5);
    const answer = peer.take('SIP/2.0 200');
    peer.send(fromCaller(peer.address, answer, { method: 'ACK' }), here);
    const call = await accepted;
    most = 0;
    invite('new');
    await phone.clock.elapse(5);
    peer.take('SIP/2.0 503');
    peer.send(fromCaller(peer.address, answer, { cseq: 2, body: sdp({ version: 2 }) }), here);
    await phone.clock.elapse(5);
    const again = peer.take('SIP/2.0 200');
    expect(again.text).toContain('CSeq: 2 INVITE');
    peer.send(fromCaller(peer.address, answer, { method: 'ACK', cseq: 2 }), here);
    peer.send(
      request(peer.address, { callId: 'rings', branch: 'z9hG4bKrings', method: 'CANCEL' }),
      here,
    );
    await phone.clock.elapse(5);
    const cancelled = peer.log.map(({ text }) => /^SIP\/2\.0 (\d+)/.exec(text)?.[1]);
    expect(new Set(cancelled.slice(-2))).toEqual(new Set(['200', '487']));
    const hungUp = call?.hangUp();
    await phone.clock.elapse(5);
    peer.respond(peer.take('BYE'), 200);
    await phone.clock.elapse(5);
    await hungUp;
    vi.restoreAllMocks();
    await phone.end();
  });

  test('X20: at the limit of dialogs a new call gets 503, those that are up go on, and one more may come when one is over', async () => {
    const most = 2;
    vi.spyOn(DialogTable.prototype, 'full', 'get').mockImplementation(function full(
      this: DialogTable,
    ) {
      return this.size >= most;
    });
    const { phone, peer } = await stage();
    const call = async (callId: string): Promise<void> => {
      peer.send(request(peer.address, { callId, body: sdp() }), here);
      await phone.clock.elapse(5);
    };
    for (const callId of ['1', '2']) {
      await call(callId);
      const ringing = phone.incoming.at(-1);
      if (ringing !== undefined) phone.accept(ringing);
      await phone.clock.elapse(5);
    }
    const accepted = peer.take('SIP/2.0 200');
    peer.send(fromCaller(peer.address, accepted, { method: 'ACK' }), here);
    await call('3');
    expect([phone.incoming.length, phone.ua.load.dialogs]).toEqual([2, 2]);
    expect(peer.take('SIP/2.0 503').text).toMatch(/\r\nRetry-After: \d+\r\n/);
    peer.send(
      fromCaller(peer.address, accepted, { method: 'INVITE', cseq: 2, body: sdp({ version: 2 }) }),
      here,
    );
    await phone.clock.elapse(5);
    peer.take(/^SIP\/2\.0 200 [^]*CSeq: 2 INVITE/);
    peer.send(fromCaller(peer.address, accepted, { method: 'ACK', cseq: 2 }), here);
    peer.send(fromCaller(peer.address, accepted, { method: 'BYE', cseq: 3 }), here);
    await phone.clock.elapse(5);
    peer.take(/^SIP\/2\.0 200 [^]*CSeq: 3 BYE/);
    await call('4');
    expect(phone.incoming.length).toBe(3);
    vi.restoreAllMocks();
    await phone.end();
  });
});

async function stage(): Promise<{ readonly phone: Phone; readonly peer: ScriptedPeer }> {
  const phone = await Phone.start();
  return { phone, peer: await phone.peer('10.0.0.9') };
}
