// CANCEL from both sides, and what happens when it crosses an answer (RFC 3261 §9, §13.2.2.4).
import { describe, expect, test } from 'vitest';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { fromCaller, request, row, sdp } from './texts.ts';
import { firstLine, inWorld } from './world.ts';
import type { World } from './world.ts';

const alices = { host: '10.0.0.1', port: 5060 };
const bobs = { host: '10.0.0.2', port: 5060 };
const target = 'sip:peer@10.0.0.9';

describe('Giving up a call of ours', () => {
  test('RFC 3261 §9.1: a CANCEL copies the INVITE, has a single Via, and no Require (C094)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call(target, { headers: [['Require', 'nothing']] });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180);
      await world.elapse(20);
      call.cancel([
        ['Reason', 'SIP;cause=200;text="Call completed elsewhere"'],
        ['Require', 'nothing'],
      ]);
      await world.elapse(20);
      const cancel = peer.take(`CANCEL ${target} SIP/2.0`);
      for (const name of ['Via', 'From', 'To', 'Call-ID']) {
        expect(headerRows(cancel.text, name)).toEqual(headerRows(invite.text, name));
      }
      expect(row(cancel, 'CSeq')).toBe(row(invite, 'CSeq').replace('INVITE', 'CANCEL'));
      expect(headerRows(cancel.text, 'Reason')).toHaveLength(1);
      expect(headerRows(cancel.text, 'Require')).toEqual([]);
      peer.respond(cancel, 200);
      peer.respond(invite, 487);
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      await world.elapse(20);
      peer.take('ACK');
    }));

  test('RFC 3261 §9.1: before any 1xx CANCEL waits for the first one (C095)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      const controller = new AbortController();
      const call = alice.ua.call(target, { signal: controller.signal });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      controller.abort();
      await world.elapse(300);
      expect(peer.untaken).toEqual([]);
      peer.respond(invite, 100);
      await world.elapse(20);
      peer.respond(peer.take('CANCEL'), 200);
      peer.respond(invite, 487);
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
    }));

  test('RFC 3261 §9.1: a final answer that comes first makes CANCEL needless (C095)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call(target);
      await world.elapse(20);
      call.cancel();
      peer.respond(peer.take('INVITE'), 486);
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      await world.elapse(1_000);
      expect(peer.log.map(({ text }) => firstLine(text).split(' ')[0])).toEqual(['INVITE', 'ACK']);
    }));

  test('RFC 3261 §9.1: without a final answer the INVITE ends 64*T1 after its CANCEL (C096)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      peer.when('CANCEL', (cancel) => peer.respond(cancel, 200));
      const call = alice.ua.call(target);
      const refused = call.answered.catch((error: unknown) => error);
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 180);
      await world.elapse(20);
      call.cancel();
      await world.elapse(31_900);
      expect(alice.ua.load.transactions).toBe(1);
      await world.elapse(200);
      expect(await refused).toMatchObject({ code: 'SIP_CANCELLED' });
      expect(alice.ua.load.transactions).toBe(0);
    }));

  test('RFC 3261 §9.1: a 200 that crosses the CANCEL is acknowledged and hung up (C099)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call(target);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180);
      await world.elapse(20);
      call.cancel();
      answer(peer, invite);
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      await world.elapse(20);
      peer.respond(peer.take('CANCEL'), 481);
      peer.take('ACK');
      peer.respond(peer.take('BYE'), 200);
      // The ACK was lost: it goes again, and nothing else.
      answer(peer, invite);
      await world.elapse(1_000);
      peer.take('ACK');
      expect(peer.untaken).toEqual([]);
    }));

  test('RFC 3261 §9.1: a signal that is aborted once the call is answered means BYE (C099)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      const controller = new AbortController();
      const call = alice.ua.call(target, { signal: controller.signal });
      await world.elapse(20);
      answer(peer, peer.take('INVITE'));
      const answered = await world.during(call.answered);
      await world.elapse(20);
      peer.take('ACK');
      controller.abort();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      expect(await world.during(answered.ended)).toEqual({ by: 'local', cause: 'bye' });
    }));

  test('RFC 3261 §9.1: a call whose signal was aborted before it began sends nothing at all (C095)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call(target, { signal: AbortSignal.abort() });
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      await world.elapse(1_000);
      expect(peer.log).toEqual([]);
    }));

  test('A signal that outlives its calls keeps none of them', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', alices.host);
      const peer = await world.peer('10.0.0.9');
      const controller = new AbortController();
      const { signal } = controller;
      let listening = 0;
      const counted: AbortSignal = Object.assign(Object.create(signal) as AbortSignal, {
        addEventListener: () => {
          listening += 1;
        },
        removeEventListener: () => {
          listening -= 1;
        },
      });
      Object.defineProperty(counted, 'aborted', { value: false });
      const refused = alice.ua.call(target, { signal: counted });
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 486);
      await expect(world.during(refused.answered)).rejects.toMatchObject({ status: 486 });
      expect(listening).toBe(0);
      const taken = alice.ua.call(target, { signal: counted });
      await world.elapse(20);
      answer(peer, peer.take('INVITE'));
      const call = await world.during(taken.answered);
      expect(listening).toBe(1);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
      expect(listening).toBe(0);
    }));
});

describe('A caller who gives up', () => {
  test('RFC 3261 §9.2: a CANCEL gets 200 and the INVITE 487; repeated, the same 200 and no second 487 (C072, C097)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', bobs.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-cancelled';
      peer.send(request(peer.address, { branch, body: sdp() }), bobs);
      const call = await bob.nextCall();
      call.ring();
      const cancel = request(peer.address, { method: 'CANCEL', branch });
      peer.send(cancel, bobs);
      expect(await world.during(call.ended)).toMatchObject({ by: 'remote', cause: 'cancel' });
      await world.elapse(20);
      const first = peer.take(/^SIP\/2\.0 200 .*CSeq: 1 CANCEL/s);
      const refused = peer.take('SIP/2.0 487');
      peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), bobs);
      await world.elapse(200);
      peer.send(cancel, bobs);
      await world.elapse(200);
      expect(peer.take('SIP/2.0 200').text).toBe(first.text);
      expect(peer.untaken.filter(({ text }) => !text.startsWith('SIP/2.0 180'))).toEqual([]);
    }));

  test('RFC 3261 §9.2: a CANCEL after a refusal gets 200 and changes nothing (C097)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', bobs.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-refused';
      peer.send(request(peer.address, { branch, body: sdp() }), bobs);
      (await bob.nextCall()).reject(486);
      await world.elapse(20);
      peer.send(request(peer.address, { method: 'CANCEL', branch }), bobs);
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 486');
      peer.take(/^SIP\/2\.0 200 .*CSeq: 1 CANCEL/s);
      peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), bobs);
      await world.elapse(1_000);
      expect(peer.untaken).toEqual([]);
    }));

  test('RFC 3261 §13.2.2.4: a CANCEL that crosses our 200 gets 200, and the call stays up until BYE (C097, C099)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', bobs.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-crossing';
      peer.send(request(peer.address, { branch, body: sdp() }), bobs);
      const incoming = await bob.nextCall();
      peer.send(request(peer.address, { method: 'CANCEL', branch }), bobs);
      const call = await world.during(incoming.accept());
      let over = false;
      void call.ended.then(() => {
        over = true;
      });
      await world.elapse(50);
      const accepted = peer.take(/^SIP\/2\.0 200 .*CSeq: 1 INVITE/s);
      peer.take(/^SIP\/2\.0 200 .*CSeq: 1 CANCEL/s);
      peer.send(fromCaller(peer.address, accepted, { method: 'ACK' }), bobs);
      await world.elapse(5_000);
      expect(over).toBe(false);
      peer.send(fromCaller(peer.address, accepted, { method: 'BYE', cseq: 2 }), bobs);
      expect(await world.during(call.ended)).toMatchObject({ by: 'remote', cause: 'bye' });
    }));

  test('RFC 3261 §9.2: answering a call that was given up rejects, and does not hang (C097)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', bobs.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-late';
      peer.send(request(peer.address, { branch, body: sdp() }), bobs);
      const incoming = await bob.nextCall();
      peer.send(request(peer.address, { method: 'CANCEL', branch }), bobs);
      await world.during(incoming.ended);
      await expect(world.during(incoming.accept())).rejects.toMatchObject({
        code: 'SIP_CANCELLED',
      });
      await acknowledge(world, peer, branch);
    }));

  test('RFC 3261 §9.2: a CANCEL while the media engine thinks wins, and its answer is not used (C097)', () =>
    inWorld(async (world) => {
      let ready = (): void => undefined;
      const think = (): Promise<void> =>
        new Promise((resolve) => {
          ready = resolve;
        });
      const bob = await world.agent('bob', bobs.host, { silent: { think } });
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-thinking';
      peer.send(request(peer.address, { branch, body: sdp() }), bobs);
      const incoming = await bob.nextCall();
      const accepted = incoming.accept().catch((error: unknown) => error);
      await world.elapse(20);
      peer.send(request(peer.address, { method: 'CANCEL', branch }), bobs);
      await world.elapse(20);
      ready();
      expect(await world.during(accepted)).toMatchObject({ code: 'SIP_CANCELLED' });
      await acknowledge(world, peer, branch);
    }));
});

function answer(peer: ScriptedPeer, invite: Arrived): void {
  const headers = ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp'];
  peer.respond(invite, 200, { headers, body: sdp() });
}

async function acknowledge(world: World, peer: ScriptedPeer, branch: string): Promise<void> {
  await world.elapse(20);
  const refused = peer.take('SIP/2.0 487');
  peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), bobs);
}
