// Ten thousand requests a method without a proof, forged senders, and messages that belong to nothing: no state, and next to no answer.
import { ScriptedPeer } from '@offhook/sip/testing';
import { expect, test } from 'vitest';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import { server } from '../../packages/offhook/src/server/core/phone.test-kit.ts';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';

const methods = [
  'REGISTER',
  'INVITE',
  'OPTIONS',
  'MESSAGE',
  'SUBSCRIBE',
  'PUBLISH',
  'NOTIFY',
  'REFER',
  'X',
];
const each = 1_000;

/** A request as phones write it, some 500 bytes. */
function request(method: string, number: number, host: string): string {
  return [
    `${method} sip:bob@example.com SIP/2.0`,
    `Via: SIP/2.0/UDP ${host}:5060;branch=z9hG4bK-${method}-${number};rport`,
    'Max-Forwards: 70',
    `From: "A caller" <sip:mallory@example.com>;tag=${number}`,
    'To: <sip:bob@example.com>',
    `Call-ID: ${method}-${number}@${host}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:mallory@${host}>`,
    'User-Agent: A phone with a name that makes its requests as long as those of most phones are, some hundred octets',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, SUBSCRIBE, NOTIFY, REFER, INFO, UPDATE, PRACK',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

test('Nine methods by the thousand, each from an address of its own: no transaction lives, and bob registers meanwhile (A40)', async () => {
  const world = await CoreWorld.start();
  world.network.change({ icmp: false });
  const bytesOut = { sent: 0, answered: 0 };
  for (const [index, method] of methods.entries()) {
    for (let source = 0; source < 20; source += 1) {
      const host = `198.51.${100 + index}.${source + 1}`;
      const peer = await stranger(world, host);
      for (let number = 0; number < each / 20; number += 1) {
        const bytes = latin1Bytes(request(method, number, host));
        bytesOut.sent += bytes.length;
        peer.sendRaw(bytes, server);
      }
      await world.pass(5);
      expect(world.endpoint.transactionCount).toBe(0);
      bytesOut.answered += peer.log.reduce((sum, { text }) => sum + text.length, 0);
      await peer.close();
    }
  }
  expect(bytesOut.answered / bytesOut.sent).toBeLessThan(1.5);
  expect((await (await world.peer('192.0.2.20')).register('bob')).text).toMatch(/^SIP\/2\.0 200/);
  expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

test('One forged request of each method is answered once, with at most half as many bytes again, and never repeated (A41)', async () => {
  for (const method of methods) {
    const world = await CoreWorld.start();
    const victim = await stranger(world, '198.51.100.9');
    const text = request(method, 1, '198.51.100.9');
    victim.send(text, server);
    await world.clock.elapse(60_000);
    expect(victim.log.length, method).toBeLessThanOrEqual(1);
    for (const { text: answer } of victim.log) {
      expect(answer.length, method).toBeLessThanOrEqual(1.5 * text.length);
      expect(answer, method).not.toMatch(/^SIP\/2\.0 1/);
    }
  }
});

test('ACKs, responses, BYEs and CANCELs that belong to nothing leave nothing, and only the last two are answered (A45)', async () => {
  const world = await CoreWorld.start();
  const peer = await stranger(world, '198.51.100.9');
  for (let number = 0; number < 2_000; number += 1) {
    const inDialog = (method: string): string =>
      request(method, number, '198.51.100.9').replace('bob@example.com>', 'bob@example.com>;tag=x');
    for (const method of ['ACK', 'BYE', 'CANCEL']) peer.send(inDialog(method), server);
    peer.send(inDialog('INVITE').replace(/^[^\r]*/, 'SIP/2.0 200 OK'), server);
    if (number % 100 === 0) await world.pass(5);
  }
  await world.pass(50);
  const answered = new Set(peer.log.map(({ text }) => /CSeq: 1 (\w+)/.exec(text)?.[1]));
  expect(answered).not.toContain('ACK');
  expect(answered).not.toContain('INVITE');
  expect(peer.log.length).toBeLessThan(4_000);
  expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
});

async function stranger(world: CoreWorld, host: string): Promise<ScriptedPeer> {
  const transport = world.network.transport('UDP', host, 5060);
  const peer = new ScriptedPeer({ transport, clock: world.clock });
  await peer.start();
  return peer;
}
