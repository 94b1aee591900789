// Messages (RFC 3428): a transaction alone, without dialog or session.
import { describe, expect, test } from 'vitest';
import { readable } from '../../packages/sip/src/base/bytes.ts';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { IncomingMessage } from '../../packages/sip/src/ua/messages.ts';
import { fromCallee, bodyOf, request, row } from './texts.ts';
import { outgoingCall, peerHangsUp } from './calls.ts';
import { inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const target = 'sip:peer@10.0.0.9';
const ours = { host: '10.0.0.1', port: 5060 };

async function next(world: World, agent: Agent): Promise<IncomingMessage> {
  const { value } = await world.during(agent.ua.messages[Symbol.asyncIterator]().next());
  if (value === undefined) throw new Error('No more messages come in');
  return value;
}

describe('A message of ours', () => {
  test('RFC 3428 §4, §7: has no Contact, makes no dialog, and is told by its 2xx, 202 too (C190)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      peer.when('MESSAGE', (arrived) => peer.respond(arrived, 202));
      const response = await world.during(alice.ua.message(target, 'Grüße, 世界'));
      const [sent] = peer.log;
      if (sent === undefined) throw new Error('Nothing was sent');
      expect(response.status).toBe(202);
      expect(headerRows(sent.text, 'Contact')).toEqual([]);
      expect(row(sent, 'Content-Type')).toBe('text/plain;charset=UTF-8');
      expect(readable(bodyOf(sent))).toBe('Grüße, 世界');
      expect(alice.ua.load.dialogs).toBe(0);
    }));

  test('RFC 3428 §7: a refusal is an error with its status', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      peer.when('MESSAGE', (arrived) => peer.respond(arrived, 480));
      await expect(world.during(alice.ua.message(target, 'hello'))).rejects.toMatchObject({
        code: 'SIP_REJECTED',
        status: 480,
      });
      await expect(alice.ua.message('not a target', 'x')).rejects.toMatchObject({
        code: 'SIP_PARSE_URI',
      });
    }));

  test('RFC 3428 §8: above 1300 bytes it goes by a transport that controls congestion, or not at all (C190)', () =>
    inWorld(async (world) => {
      const text = 'x'.repeat(1300);
      const [both, udpOnly] = [
        await world.agent('alice', '10.0.0.1', {
          transports: [
            world.network.transport('UDP', '10.0.0.1', 5060),
            world.network.transport('TCP', '10.0.0.1', 5060),
          ],
        }),
        await world.agent('bob', '10.0.0.2'),
      ];
      const peer = await world.peer('10.0.0.9', 'TCP');
      const deaf = await world.peer('10.0.0.9', 'UDP');
      peer.when('MESSAGE', (arrived) => peer.respond(arrived, 200));
      expect((await world.during(both.ua.message(target, text))).status).toBe(200);
      await expect(world.during(udpOnly.ua.message(target, text))).rejects.toMatchObject({
        code: 'SIP_TOO_LARGE',
      });
      await peer.close();
      await world.elapse(100);
      await expect(world.during(both.ua.message(target, text))).rejects.toMatchObject({
        code: 'SIP_TRANSPORT',
      });
      expect(deaf.log).toEqual([]);
    }));
});

describe('A message to us', () => {
  test('RFC 3428 §7: gets a 200 without body and Contact, once however often it comes (C190)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      const first = next(world, alice);
      const text = request(peer.address, {
        method: 'MESSAGE',
        uri: 'sip:alice@10.0.0.1',
        contact: undefined,
        type: 'text/plain',
        body: 'Grüße, 世界',
      });
      peer.send(text, ours);
      peer.send(text, ours);
      expect(await first).toMatchObject({ text: 'Grüße, 世界', contentType: 'text/plain' });
      await world.elapse(20);
      const answer = peer.take('SIP/2.0 200');
      expect(headerRows(answer.text, 'Contact')).toEqual([]);
      expect([row(answer, 'Content-Length'), bodyOf(answer)]).toEqual(['0', '']);
      expect(alice.ua.load.dialogs).toBe(0);
      expect((await first).from.uri).toMatchObject({ user: 'peer' });
    }));

  test('RFC 3428 §7: a body that nobody here can read gets 415 with what can be read (C190)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1', { messageTypes: ['text/plain'] });
      const peer = await world.peer('10.0.0.9');
      void alice.ua.messages;
      const about = { method: 'MESSAGE', uri: 'sip:alice@10.0.0.1', body: 'x' };
      peer.send(request(peer.address, { ...about, type: 'text/html', callId: 'a' }), ours);
      peer.send(
        request(peer.address, {
          ...about,
          type: 'text/plain',
          headers: ['Content-Encoding: gzip'],
          callId: 'b',
        }),
        ours,
      );
      await world.elapse(20);
      expect(row(peer.take(/^SIP\/2\.0 415 [\s\S]*Call-ID: a/), 'Accept')).toBe('text/plain');
      expect(row(peer.take(/^SIP\/2\.0 415 [\s\S]*Call-ID: b/), 'Accept-Encoding')).toBe(
        'identity',
      );
    }));

  test('RFC 3261 §8.2.1: is refused with 405 as long as nobody reads messages (C190)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      const about = { method: 'MESSAGE', uri: 'sip:alice@10.0.0.1', body: 'x', type: 'text/plain' };
      peer.send(request(peer.address, { ...about, callId: 'a' }), ours);
      await world.elapse(20);
      expect(row(peer.take('SIP/2.0 405'), 'Allow')).not.toContain('MESSAGE');
      void alice.ua.messages;
      peer.send(request(peer.address, { ...about, callId: 'b' }), ours);
      await world.elapse(20);
      peer.take('SIP/2.0 200');
    }));

  test('a flood that nobody reads is refused at the limit, and nothing is lost silently (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      void alice.ua.messages;
      for (let count = 0; count < 1001; count += 1) {
        const about = { method: 'MESSAGE', uri: 'sip:alice@10.0.0.1', callId: `m${count}` };
        peer.send(request(peer.address, { ...about, body: 'x', type: 'text/plain' }), ours);
      }
      await world.elapse(100);
      expect(row(peer.take('SIP/2.0 503'), 'Retry-After')).toBe('10');
      const accepted = peer.log.filter(({ text }) => text.startsWith('SIP/2.0 200'));
      expect(accepted.length).toBe(1000);
    }));

  test('RFC 3428 §4: one within a dialog is taken too, and the call goes on', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { agent, peer, say } = standing;
      const first = next(world, agent);
      say('MESSAGE', { contact: undefined, type: 'text/plain', body: 'psst' });
      expect((await first).text).toBe('psst');
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      peer.send(
        fromCallee(peer.address, standing.invite, { method: 'MESSAGE', cseq: 1, body: 'old' }),
        ours,
      );
      await world.elapse(20);
      peer.take('SIP/2.0 500');
      await peerHangsUp(world, standing);
    }));
});
