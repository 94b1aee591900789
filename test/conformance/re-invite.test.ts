// Re-INVITEs from both sides, and where they meet (RFC 3261 §14, RFC 3264 §8).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { request, row, sdp, sdpLine } from './texts.ts';
import { inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const opusOnly = sdp({ payloads: '96' });

describe('A re-INVITE of the peer', () => {
  test('RFC 3261 §14.2: a second one before the first is answered gets 500 with Retry-After from 0 to 10 (C116)', () =>
    inWorld(async (world) => {
      let ready: (() => void)[] = [];
      let slow = false;
      const think = (): Promise<void> =>
        slow ? new Promise((resolve) => ready.push(resolve)) : Promise.resolve();
      const standing = await incomingCall(world, { silent: { think } });
      const { say, peer } = standing;
      slow = true;
      say('INVITE', { body: sdp({ version: 2 }) });
      await world.elapse(20);
      say('INVITE', { branch: 'z9hG4bK-second', body: sdp({ version: 3 }) });
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 500');
      expect(Number(row(refused, 'Retry-After'))).toBeGreaterThanOrEqual(0);
      expect(Number(row(refused, 'Retry-After'))).toBeLessThanOrEqual(10);
      say('ACK', { branch: 'z9hG4bK-second' });
      for (const resolve of ready) resolve();
      ready = [];
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      say('ACK', { cseq: 2 });
      await world.elapse(20);
      slow = false;
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §14.2: one we cannot take gets 488 with Warning, and the old session goes on (C119, C120)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { say, peer, call } = standing;
      const before = call.streams;
      say('INVITE', { branch: 'z9hG4bK-opus', body: opusOnly });
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 488');
      expect(row(refused, 'Warning')).toMatch(/^30\d alice "/);
      say('ACK', { branch: 'z9hG4bK-opus' });
      expect(call.streams).toEqual(before);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMU', direction: 'sendrecv' });
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §13.3.1.3: a first offer that we cannot take gets 488 with Warning (C120)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-first';
      peer.send(request(peer.address, { branch, uri: 'sip:alice@10.0.0.1', body: opusOnly }), ours);
      const call = await alice.nextCall();
      await expect(world.during(call.accept())).rejects.toMatchObject({
        code: 'SIP_NO_COMMON_CODEC',
      });
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 488');
      expect(headerRows(refused.text, 'Warning')).toHaveLength(1);
      peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), ours);
    }));

  test('RFC 3264 §8.4: its hold is answered, and o= of the answers rises by one only when something changed (C136, C137)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { say, peer, call, accepted } = standing;
      if (accepted === undefined) throw new Error('We answered');
      const versions = [versionOf(accepted)];
      const directions: (string | undefined)[] = [];
      for (const [direction, version] of [
        ['sendonly', 2],
        ['sendonly', 2],
        ['inactive', 3],
        ['sendrecv', 4],
      ] as const) {
        say('INVITE', { body: sdp({ direction, version }) });
        await world.elapse(20);
        const answer = peer.take('SIP/2.0 200');
        say('ACK');
        await world.elapse(20);
        versions.push(versionOf(answer));
        directions.push(call.streams[0]?.direction);
      }
      expect(directions).toEqual(['recvonly', 'recvonly', 'inactive', 'sendrecv']);
      expect(versions.map((version) => version - (versions[0] ?? 0))).toEqual([0, 1, 1, 2, 3]);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3264 §8.4: 0.0.0.0 is a hold too: nothing is sent there (C136)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      standing.say('INVITE', { body: sdp({ version: 2, address: '0.0.0.0' }) });
      await world.elapse(20);
      standing.peer.take('SIP/2.0 200');
      standing.say('ACK');
      await world.elapse(20);
      expect(standing.call.streams[0]?.remote).toBeUndefined();
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §14.2: one without an offer is answered with an offer, and the ACK brings the answer (C132)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { say, peer, call } = standing;
      say('INVITE', { body: '' });
      await world.elapse(20);
      const offer = peer.take('SIP/2.0 200');
      expect(sdpLine(offer, 'm=')).toMatch(/^m=audio \d+ RTP\/AVP 0 8$/);
      say('ACK', { body: sdp({ payloads: '8', version: 2 }) });
      await world.elapse(20);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMA' });
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §9.2: one that is withdrawn gets 487, and the late answer of our engine is not used for the next (C119)', () =>
    inWorld(async (world) => {
      const ready: (() => void)[] = [];
      let slow = false;
      const think = (): Promise<void> =>
        slow ? new Promise((resolve) => ready.push(resolve)) : Promise.resolve();
      const standing = await incomingCall(world, { silent: { think } });
      const { say, peer, call } = standing;
      slow = true;
      say('INVITE', { branch: 'z9hG4bK-w', body: sdp({ direction: 'inactive', version: 2 }) });
      await world.elapse(20);
      say('CANCEL', { branch: 'z9hG4bK-w' });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*CANCEL/s);
      peer.take('SIP/2.0 487');
      say('ACK', { branch: 'z9hG4bK-w' });
      say('INVITE', { body: sdp({ direction: 'sendonly', version: 3 }) });
      await world.elapse(20);
      expect(peer.untaken).toEqual([]);
      slow = false;
      for (const resolve of ready) resolve();
      await world.elapse(20);
      const answer = peer.take('SIP/2.0 200');
      expect(sdpLine(answer, 'a=recvonly')).toBe('a=recvonly');
      say('ACK');
      await world.elapse(20);
      expect(call.streams[0]).toMatchObject({ direction: 'recvonly' });
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §9.2: what our engine puts in force for one that was withdrawn is undone (C119)', () =>
    inWorld(async (world) => {
      const ready: (() => void)[] = [];
      let slow = false;
      const think = (): Promise<void> =>
        slow ? new Promise((resolve) => ready.push(resolve)) : Promise.resolve();
      const standing = await incomingCall(world, { silent: { think } });
      const { say, peer, call } = standing;
      slow = true;
      say('INVITE', { branch: 'z9hG4bK-u', body: sdp({ direction: 'inactive', version: 2 }) });
      await world.elapse(20);
      say('CANCEL', { branch: 'z9hG4bK-u' });
      await world.elapse(20);
      peer.take('SIP/2.0 487');
      say('ACK', { branch: 'z9hG4bK-u' });
      slow = false;
      for (const resolve of ready) resolve();
      await world.elapse(20);
      expect(call.streams[0]).toMatchObject({ direction: 'sendrecv' });
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §9.2: a CANCEL of an earlier re-INVITE does not hit the one that is being answered (C097)', () =>
    inWorld(async (world) => {
      let slow = false;
      const ready: (() => void)[] = [];
      const think = (): Promise<void> =>
        slow ? new Promise((resolve) => ready.push(resolve)) : Promise.resolve();
      const standing = await incomingCall(world, { silent: { think } });
      const { say, peer } = standing;
      say('INVITE', { branch: 'z9hG4bK-old', body: sdp({ version: 2 }) });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      say('ACK');
      await world.elapse(20);
      slow = true;
      say('INVITE', { body: sdp({ version: 3 }) });
      await world.elapse(20);
      say('CANCEL', { branch: 'z9hG4bK-old', cseq: 2 });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*CANCEL/s);
      expect(peer.untaken).toEqual([]);
      slow = false;
      for (const resolve of ready) resolve();
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*INVITE/s);
      say('ACK');
      await world.elapse(20);
      await peerHangsUp(world, standing);
    }));
});

describe('A re-INVITE of ours', () => {
  test('RFC 3264 §8: hold and resume send o= with a version one higher and the same m= lines (C137)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call, invite } = standing;
      const offers = [invite];
      for (const [act, direction, reply] of [
        ['hold', 'sendonly', 'recvonly'],
        ['resume', 'sendrecv', 'sendrecv'],
      ] as const) {
        const done = call[act]();
        await world.elapse(20);
        const offer = peer.take('INVITE');
        expect(sdpLine(offer, `a=${direction}`)).toBe(`a=${direction}`);
        answerWith(peer, offer, sdp({ direction: reply, version: offers.length + 1 }));
        await world.during(done);
        await world.elapse(20);
        peer.take('ACK');
        expect(call.direction).toBe(direction);
        expect(call.streams[0]).toMatchObject({ direction });
        offers.push(offer);
      }
      const versions = offers.map(versionOf);
      expect(versions.map((version) => version - (versions[0] ?? 0))).toEqual([0, 1, 2]);
      for (const offer of offers) expect(sdpLine(offer, 'm=')).toBe(sdpLine(invite, 'm='));
      expect(offers.map((offer) => row(offer, 'CSeq'))).toEqual([
        '1 INVITE',
        '2 INVITE',
        '3 INVITE',
      ]);
      await peerHangsUp(world, standing);
    }));

  for (const status of [488, 403, 500, 603]) {
    test(`RFC 3261 §14.1: refused with ${status}, the session is as before, and the next one goes (C119)`, () =>
      inWorld(async (world) => {
        const standing = await outgoingCall(world);
        const { peer, call } = standing;
        const before = call.streams;
        const held = call.hold().catch((error: unknown) => error);
        await world.elapse(20);
        peer.respond(peer.take('INVITE'), status);
        expect(await world.during(held)).toMatchObject({ code: 'SIP_REJECTED', status });
        await world.elapse(20);
        peer.take('ACK');
        expect([call.streams, call.direction]).toEqual([before, 'sendrecv']);
        const again = call.hold();
        await world.elapse(20);
        answerWith(peer, peer.take('INVITE'), sdp({ direction: 'recvonly', version: 2 }));
        await world.during(again);
        await world.elapse(20);
        peer.take('ACK');
        await peerHangsUp(world, standing);
      }));
  }

  for (const status of [481, 408]) {
    test(`RFC 3261 §12.2.1.2: answered with ${status}, the dialog is gone and gets a BYE (C107)`, () =>
      inWorld(async (world) => {
        const { peer, call } = await outgoingCall(world);
        const held = call.hold().catch((error: unknown) => error);
        await world.elapse(20);
        peer.respond(peer.take('INVITE'), status);
        await world.elapse(20);
        peer.take('ACK');
        peer.respond(peer.take('BYE'), 481);
        expect(await world.during(call.ended)).toMatchObject({
          by: 'remote',
          cause: 'closed',
          status,
        });
        expect(await held).toMatchObject({ code: 'SIP_STATE' });
      }));
  }

  test('RFC 3261 §12.2.1.2: not answered at all, the dialog is gone too (C107)', () =>
    inWorld(async (world) => {
      const { peer, call } = await outgoingCall(world);
      const held = call.hold().catch((error: unknown) => error);
      peer.when('BYE', (bye) => peer.respond(bye, 481));
      expect(await world.during(call.ended)).toMatchObject({
        by: 'network',
        cause: 'timeout',
        status: 408,
      });
      expect(await held).toMatchObject({ code: 'SIP_STATE' });
    }));

  test('RFC 3261 §14.2: while it is under way, one of the peer gets 491 (C117)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call, say } = standing;
      const held = call.hold();
      await world.elapse(20);
      const invite = peer.take('INVITE');
      say('INVITE', { branch: 'z9hG4bK-glare', body: sdp({ version: 2 }) });
      await world.elapse(20);
      peer.take('SIP/2.0 491');
      say('ACK', { branch: 'z9hG4bK-glare' });
      answerWith(peer, invite, sdp({ direction: 'recvonly', version: 2 }));
      await world.during(held);
      await world.elapse(20);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §14.1: it waits until the one of the peer is over (C117, C134)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, call, say } = standing;
      say('INVITE', { body: sdp({ version: 2 }) });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      const held = call.hold();
      await world.elapse(400);
      expect(peer.untaken).toEqual([]);
      say('ACK');
      await world.elapse(20);
      answerWith(peer, peer.take('INVITE'), sdp({ direction: 'recvonly', version: 3 }));
      await world.during(held);
      await world.elapse(20);
      peer.take('ACK');
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §13.3.1.4: nor before our 2xx is acknowledged (C117, C134)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { acknowledged: false });
      const { peer, call, say } = standing;
      const held = call.hold();
      await world.elapse(300);
      expect(peer.untaken).toEqual([]);
      say('ACK');
      await world.elapse(20);
      answerWith(peer, peer.take('INVITE'), sdp({ direction: 'recvonly', version: 2 }));
      await world.during(held);
      await world.elapse(20);
      peer.take('ACK');
      await peerHangsUp(world, standing);
    }));

  for (const [who, start, least, most] of [
    ['who made the Call-ID', outgoingCall, 2_100, 4_000],
    ['who did not', incomingCall, 0, 2_000],
  ] as const) {
    test(`RFC 3261 §14.1: after 491, ${who} tries once more after ${least / 1000} to ${most / 1000} s (C118)`, () =>
      inWorld(async (world) => {
        const standing = await start(world);
        const { peer, call } = standing;
        const held = call.hold();
        await world.elapse(20);
        const first = peer.take('INVITE');
        peer.respond(first, 491);
        await world.elapse(5);
        const since = world.clock.now();
        await world.elapse(4_100);
        const second = peer.take('INVITE');
        expect(second.at - 5 - since).toBeGreaterThanOrEqual(least);
        expect(second.at - 5 - since).toBeLessThanOrEqual(most);
        expect((second.at - 5 - since) % 10).toBe(0);
        expect(versionOf(second)).toBe(versionOf(first));
        answerWith(peer, second, sdp({ direction: 'recvonly', version: 2 }));
        await world.during(held);
        await world.elapse(20);
        await peerHangsUp(world, standing);
      }));
  }

  test('RFC 3261 §14.1: a second 491 is the end of it, and the call goes on (C118)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call } = standing;
      peer.when('INVITE', (invite) => peer.respond(invite, 491));
      await expect(world.during(call.hold())).rejects.toMatchObject({
        code: 'SIP_REJECTED',
        status: 491,
      });
      await world.elapse(10_000);
      expect(peer.log.filter(({ text }) => text.startsWith('INVITE'))).toHaveLength(3);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §14.1: after 491 nothing is tried when the call has ended (C118)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call } = standing;
      const held = call.hold().catch((error: unknown) => error);
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 491);
      await world.elapse(20);
      await peerHangsUp(world, standing);
      expect(await held).toMatchObject({ code: 'SIP_STATE' });
      await world.elapse(10_000);
      expect(peer.log.filter(({ text }) => text.startsWith('INVITE'))).toHaveLength(2);
    }));

  test('RFC 3261 §14.1: while we wait, the re-INVITE of the peer goes first, and ours follows it (C118)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call, say } = standing;
      const held = call.hold();
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 491);
      await world.elapse(20);
      say('INVITE', { body: sdp({ version: 2 }) });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      say('ACK');
      await world.elapse(20);
      answerWith(peer, peer.take('INVITE'), sdp({ direction: 'recvonly', version: 3 }));
      await world.during(held);
      await world.elapse(20);
      expect(call.streams[0]).toMatchObject({ direction: 'sendonly' });
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §14.1: two of our agents that hold at once both get there (C117, C118)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const bob = await world.agent('bob', '10.0.0.2');
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      const theirs = await world.during((await bob.nextCall()).accept());
      const call = await world.during(outgoing.answered);
      await world.elapse(50);
      await world.during(Promise.all([call.hold(), theirs.hold()]));
      await world.elapse(100);
      expect([call.streams[0]?.direction, theirs.streams[0]?.direction]).toEqual([
        'inactive',
        'inactive',
      ]);
      await world.during(Promise.all([call.resume(), theirs.resume()]));
      await world.elapse(100);
      expect([call.streams[0]?.direction, theirs.streams[0]?.direction]).toEqual([
        'sendrecv',
        'sendrecv',
      ]);
      await world.during(call.hangUp());
      await world.during(theirs.ended);
    }));

  test('RFC 6141 §4.6: the Contact of an accepted re-INVITE becomes the target, of a refused one not (C106)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, call, say } = standing;
      const elsewhere = await world.peer('10.0.0.10');
      say('INVITE', { branch: 'z9hG4bK-no', contact: '<sip:moved@10.0.0.99>', body: opusOnly });
      await world.elapse(20);
      peer.take('SIP/2.0 488');
      say('ACK', { branch: 'z9hG4bK-no' });
      say('INVITE', { contact: '<sip:moved@10.0.0.10>', body: sdp({ version: 2 }) });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      say('ACK');
      await world.elapse(20);
      const ended = call.hangUp();
      await world.elapse(20);
      elsewhere.respond(elsewhere.take('BYE sip:moved@10.0.0.10'), 200);
      await world.during(ended);
    }));
});

function versionOf(message: { readonly text: string }): number {
  return Number(sdpLine(message, 'o=').split(' ')[2]);
}
