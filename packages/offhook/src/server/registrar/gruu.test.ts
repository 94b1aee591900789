// GRUUs at the registrar: minted, returned, ended (RFC 5627 §5).
import { describe, expect, test } from 'vitest';
import { contact, sipUri, unquote } from '@offhook/sip/message';
import type { Response } from '@offhook/sip/message';
import type { Gruu } from '../location/gruu.ts';
import { alice, bench, listed, phone } from './registrar.test-kit.ts';
import type { Bench } from './registrar.test-kit.ts';

const urn = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
const instance = `+sip.instance="<${urn}>"`;
const gruu = 'Supported: gruu';

function given(response: Response, name: string, at = 0): string {
  const found = response.get(contact)?.[at];
  if (found === undefined || found === '*') throw new Error('There is no such contact');
  return unquote(found.parameters.get(name) ?? '');
}

function called(server: Bench, uri: string): readonly string[] | 'unknown' {
  const read: Gruu | 'plain' | 'unknown' = server.gruus.read(sipUri(uri), server.domainOf);
  if (typeof read === 'string') return 'unknown';
  const found = server.location.bindings(read.aor.text).filter((one) => read.leadsTo(one));
  return found.map((one) => one.contact);
}

describe('GRUU', () => {
  test('RFC 5627 §5.2: a client that knows GRUUs gets a public and a temporary one for each contact of an instance', async () => {
    const server = await bench();
    const response = await server.register({ headers: [`${phone};${instance}`, gruu] });
    expect(given(response, 'pub-gruu')).toMatch(
      new RegExp(`^sip:alice@example\\.com;gr=${urn}\\.[0-9a-f]{16}$`),
    );
    expect(given(response, 'temp-gruu')).toMatch(/^sip:tgruu\.[\w-]+@example\.com;gr$/);
    expect(response.has('Require')).toBe(false);
    for (const name of ['pub-gruu', 'temp-gruu'])
      expect(called(server, given(response, name))).toEqual(['sip:alice@127.0.0.1:5070']);
  });

  test('RFC 5627 §5.2: nobody else hears of them, and none is taken from a client', async () => {
    const server = await bench();
    const plain = await server.register({ headers: [`${phone};${instance}`] });
    expect(listed(plain)[0]).not.toContain('gruu');
    const none = await server.register({ headers: [phone, gruu] });
    expect(listed(none).join()).not.toMatch(/10.0.0.1.*gruu/);
    const offered = await server.register({
      headers: [
        `${phone};${instance};pub-gruu="sip:bob@example.com;gr=1";temp-gruu="sip:x@y;gr"`,
        gruu,
      ],
    });
    expect(given(offered, 'pub-gruu')).toMatch(/^sip:alice@/);
    expect(given(offered, 'temp-gruu')).toMatch(/^sip:tgruu\./);
  });

  test('RFC 5627 §5.1: temporary GRUUs of one Call-ID all hold, and are all different; another Call-ID ends them, the public one stays', async () => {
    const server = await bench();
    const ask = (callId: string) =>
      server.register({ callId, headers: [`${phone};${instance}`, gruu] });
    const first = await ask('one');
    const second = await ask('one');
    const temporary = [given(first, 'temp-gruu'), given(second, 'temp-gruu')];
    expect(new Set(temporary).size).toBe(2);
    for (const uri of temporary) expect(called(server, uri)).toHaveLength(1);
    const third = await ask('two');
    for (const uri of temporary) expect(called(server, uri)).toEqual([]);
    expect(called(server, given(third, 'temp-gruu'))).toHaveLength(1);
    expect(given(third, 'pub-gruu')).toBe(given(first, 'pub-gruu'));
  });

  test("RFC 5627 §5.1: two flows of one instance share their GRUUs, and one flow's new Call-ID ends those of both", async () => {
    const server = await bench();
    const ask = (callId: string, regId: number) =>
      server.register({
        callId,
        headers: [`Contact: <sip:alice@10.0.0.${regId}>;${instance};reg-id=${regId}`, gruu],
      });
    await ask('one', 1);
    const old = given(await ask('two', 2), 'temp-gruu');
    expect(called(server, old)).toHaveLength(2);
    const fresh = given(await ask('three', 1), 'temp-gruu');
    expect(called(server, old)).toEqual([]);
    expect(called(server, fresh)).toHaveLength(2);
  });

  test('RFC 5627 §5.3: with the last contact the temporary GRUUs end for ever, the public one waits', async () => {
    const server = await bench();
    const first = await server.register({ headers: [`${phone};${instance}`, gruu] });
    await server.register({ headers: [`${phone};${instance};expires=0`, gruu] });
    expect(called(server, given(first, 'pub-gruu'))).toEqual([]);
    await server.register({ headers: [`${phone};${instance}`, gruu] });
    expect(called(server, given(first, 'temp-gruu'))).toEqual([]);
    expect(called(server, given(first, 'pub-gruu'))).toHaveLength(1);
  });

  test('RFC 5627 §6.1: what was altered, or was made with another key, is nobody', async () => {
    const server = await bench();
    const response = await server.register({ headers: [`${phone};${instance}`, gruu] });
    const lasting = given(response, 'pub-gruu');
    const temporary = given(response, 'temp-gruu');
    const bad = [
      lasting.replace('alice', 'bob'),
      lasting.replace('f81d', 'f81e'),
      `${lasting.slice(0, -1)}${lasting.endsWith('0') ? '1' : '0'}`,
      'sip:alice@example.com;gr',
      'sip:alice@example.com;gr=1',
      temporary.replace('tgruu.', 'tgruu.A'),
      temporary.replace(/.(?=@)/, (last) => (last === 'A' ? 'B' : 'A')),
      temporary.replace('example.com', 'other.example'),
      'sip:tgruu.AAAA@example.com;gr',
    ];
    for (const uri of bad) expect([uri, called(server, uri)]).toEqual([uri, 'unknown']);
    expect(called(server, lasting.replace('urn:uuid', 'URN:UUID'))).toHaveLength(1);
    expect(called(server, lasting.replace('example.com', 'EXAMPLE.com'))).toHaveLength(1);
  });

  test('RFC 5627 §5.1: a contact that is the address itself or a GRUU of it is 403', async () => {
    const server = await bench();
    const response = await server.register({ headers: [`${phone};${instance}`, gruu] });
    for (const uri of [alice, given(response, 'pub-gruu'), given(response, 'temp-gruu')])
      expect([uri, (await server.register({ headers: [`Contact: <${uri}>`] })).status]).toEqual([
        uri,
        403,
      ]);
    expect(server.contacts()).toHaveLength(1);
  });
});
