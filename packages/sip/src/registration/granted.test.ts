// What a registrar may say in its 2xx, good or odd.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { parseMessage } from '../message/parse.ts';
import type { Response } from '../message/message.ts';
import { grantedIn } from './granted.ts';
import type { Granted } from './granted.ts';

const instance = 'urn:uuid:1';
const own = { contactUri: 'sip:alice@10.0.0.1:5060;ob', instance, regId: 1, asked: 3600 };
const ours = `<sip:alice@10.0.0.1:5060;ob>;+sip.instance="<${instance}>";reg-id=1`;

function granted(headers: readonly string[], via = ''): Granted {
  const text = [
    'SIP/2.0 200 OK',
    `Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1${via}`,
    'From: <sip:alice@example.com>;tag=1',
    'To: <sip:alice@example.com>;tag=2',
    'Call-ID: 1',
    'CSeq: 1 REGISTER',
    ...headers,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
  const parsed = parseMessage(latin1Bytes(text));
  if (!parsed.ok || parsed.value.kind !== 'response') throw new Error('This is a response');
  return grantedIn(parsed.value satisfies Response, own);
}

describe('A 2xx of a registrar', () => {
  test('RFC 5626 §6: our binding is known by instance and reg-id, whatever became of its address', () => {
    const moved = `<sip:x@192.0.2.1:9>;+sip.instance="<${instance}>";reg-id=1;expires=60`;
    const other = `<sip:alice@10.0.0.1:5060;ob>;+sip.instance="<${instance}>";reg-id=2;expires=7`;
    const stranger = '<sip:alice@10.0.0.1:5060;ob>;+sip.instance="<urn:uuid:2>";reg-id=1;expires=8';
    const found = granted([`Contact: ${stranger}, ${other}, ${moved}`]);
    expect(found.expiresSeconds).toBe(60);
    expect(found.bindings.map(({ regId, expiresSeconds }) => [regId, expiresSeconds])).toEqual([
      [1, 8],
      [2, 7],
      [1, 60],
    ]);
  });

  test('RFC 3261 §10.2.4: without our binding in it Expires counts, and without that what we asked for', () => {
    expect(granted(['Contact: <sip:other@10.7.7.7>;expires=7', 'Expires: 9']).expiresSeconds).toBe(
      9,
    );
    expect(granted(['Contact: *']).expiresSeconds).toBe(3600);
    expect(granted(['Contact: ,,;;<']).expiresSeconds).toBe(3600);
  });

  test('RFC 5626 §4.4, RFC 6223 §4.4: keep-alives are wanted by outbound, Flow-Timer, or a value of keep', () => {
    const seconds = (headers: readonly string[], via?: string): unknown =>
      granted(headers, via).keepAlive?.seconds ?? granted(headers, via).keepAlive;
    expect(seconds([])).toBeUndefined();
    expect(seconds(['Require: outbound'])).toEqual({ seconds: undefined });
    expect(seconds(['Require: Outbound', 'Flow-Timer: 25'])).toBe(25);
    expect(seconds(['Require: outbound', 'Flow-Timer: 0'])).toEqual({ seconds: undefined });
    expect(seconds(['Require: outbound', 'Flow-Timer: soon'])).toEqual({ seconds: undefined });
    expect(seconds([], ';keep')).toBeUndefined();
    expect(seconds([], ';keep=x')).toBeUndefined();
    expect(seconds([], ';keep=0')).toEqual({ seconds: undefined });
    expect(seconds([], ';keep=40')).toBe(40);
  });

  test('RFC 5627 §3.1: only what is a GRUU becomes our Contact, and nothing of it gets out of its brackets', () => {
    const gruu = (value: string): unknown =>
      granted([`Contact: ${ours};pub-gruu="${value}"`]).gruus?.public;
    expect(gruu('sip:alice@example.com;gr=a')).toBe('sip:alice@example.com;gr=a');
    for (const bad of [
      '',
      'sip:',
      'mailto:a@b;gr',
      'sip:alice@example.com',
      'sip:a@b>;gr',
      'sip:a@b;gr, <x',
    ])
      expect(gruu(bad), bad).toBeUndefined();
  });

  test('RFC 3608 §5: the service route comes in its order; a malformed one is none', () => {
    expect(
      granted(['Service-Route: <sip:a;lr>', 'Service-Route: <sip:b;lr>,<sip:c;lr>']).serviceRoute,
    ).toEqual(['<sip:a;lr>', '<sip:b;lr>', '<sip:c;lr>']);
    expect(granted(['Service-Route: <sip:a;lr']).serviceRoute).toEqual([]);
  });

  test('RFC 3581 §4: where the next hop saw us is told by received and rport together', () => {
    expect(granted([], ';received=192.0.2.7;rport=4711').mapped).toEqual({
      host: '192.0.2.7',
      port: 4711,
    });
    expect(granted([], ';received=192.0.2.7;rport').mapped).toBeUndefined();
    expect(granted([], ';rport=4711').mapped).toBeUndefined();
  });
});
