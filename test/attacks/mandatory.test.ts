// Every method with each needed header absent, empty or twice, sent to a user agent and to a server: refused or dropped, and all alive.
import { expect, test } from 'vitest';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import { server } from '../../packages/offhook/src/server/core/phone.test-kit.ts';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { here, Phone } from '../fuzz/phone.ts';

// prettier-ignore
const methods = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'INFO', 'REFER', 'MESSAGE', 'UPDATE'];
const names = [
  'Via',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'Authorization',
  'Content-Length',
];
const wrongs = ['absent', 'empty', 'twice'] as const;

/** A request whose header `name` is wrong in one way; its source keeps it from being a repeat of another. */
function request(method: string, name: string, wrong: (typeof wrongs)[number]): string {
  const key = `${method}-${name}-${wrong}`;
  const rows = [
    ['Via', `SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK-${key};rport`],
    ['Max-Forwards', '70'],
    ['From', `<sip:mallory@10.0.0.9>;tag=${key}`],
    ['To', '<sip:bob@10.0.0.2>'],
    ['Call-ID', key],
    ['CSeq', `1 ${method}`],
    ['Contact', '<sip:mallory@10.0.0.9>'],
    ['Authorization', 'Digest username="mallory", realm="example.com", nonce="n", uri="sip:x", response="00"'], // prettier-ignore
    ['Content-Length', '0'],
  ].flatMap(([header, value]) => {
    const line = `${header}: ${value}`;
    if (header !== name) return [line];
    return { absent: [], empty: [`${header}:`], twice: [line, line] }[wrong];
  });
  return [`${method} sip:bob@10.0.0.2 SIP/2.0`, ...rows, '', ''].join('\r\n');
}

const all = methods.flatMap((method) =>
  names.flatMap((name) => wrongs.map((wrong) => request(method, name, wrong))),
);
/** Those that a message can do without, and one that may be there twice. */
const harmless = /-(Contact|Authorization)-|-Content-Length-absent|-Via-twice/;

test('A user agent refuses or drops each of 336 broken requests, and the same as responses, and a good call works (A01)', async () => {
  const phone = await Phone.start();
  const peer = await phone.peer('10.0.0.9');
  for (const text of all) {
    peer.sendRaw(latin1Bytes(text), here);
    peer.sendRaw(latin1Bytes(text.replace(/^[^\r]*/, 'SIP/2.0 200 OK')), here);
  }
  await phone.clock.elapse(10);
  const wrong = peer.log.filter(
    ({ text }) => !harmless.test(text) && !/^SIP\/2\.0 (400|405|481|489|501|513)/.test(text),
  );
  expect(wrong.map(({ text }) => text)).toEqual([]);
  const answered = peer.log.filter(({ text }) => text.startsWith('SIP/2.0 400'));
  expect(answered.length).toBeGreaterThan(100);
  await phone.goodCall();
  await phone.end();
});

test('A server does the same, and forgets them all (A01)', async () => {
  const world = await CoreWorld.start();
  const stranger = await world.peer('10.0.0.9');
  for (const text of all) {
    stranger.scripted.sendRaw(
      latin1Bytes(text.replaceAll('bob@10.0.0.2', 'bob@example.com')),
      server,
    );
    await world.pass(60);
  }
  const good = stranger.statuses.filter((status) => status < 300);
  expect(good).toEqual([]);
  expect(stranger.statuses.filter((status) => status === 400).length).toBeGreaterThan(100);
  await (await world.peer('192.0.2.20')).register('bob');
  expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
  expect(world.errors).toEqual([]);
});
