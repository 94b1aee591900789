// Answered calls: the 2xx and its ACK, re-INVITE from both sides, glare, offers and answers, BYE (RFC 3261 §13-§15, RFC 3264).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { SilentMedia, silentCodecs } from '../../packages/sip/src/testing/silent-media.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { bodyOf, fromCaller, request, row, sdp, sdpLine } from './texts.ts';
import { firstLine, giveUp, inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const opusOnly = sdp({ payloads: '96' });

describe('The 2xx and its ACK', () => {
  test('RFC 3261 §13.3.1.4: a 2xx is repeated at T1 doubling to T2 until ACK, and after 64*T1 there is BYE (C111)', () =>
    inWorld(async (world) => {
      const { peer, call } = await incomingCall(world, { acknowledged: false });
      const start = world.clock.now();
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const end = await world.during(call.ended);
      expect(end).toMatchObject({ by: 'network', cause: 'no ack' });
      const times = peer.untaken
        .filter(({ text }) => text.startsWith('SIP/2.0 200'))
        .map(({ at }) => at - start);
      expect(times.map((time) => Math.round(time / 100) / 10)).toEqual([
        0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5,
      ]);
      expect(Math.round(world.clock.now() - start)).toBeGreaterThan(31_900);
    }));

  test('RFC 3261 §13.3.1.4: on a reliable transport too (C111)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', '10.0.0.2', { protocol: 'TCP' });
      const peer = await world.peer('10.0.0.9', 'TCP');
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const via = 'SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bK-t';
      peer.send(
        request(peer.address, { via, body: sdp(), contact: '<sip:peer@10.0.0.9;transport=tcp>' }),
        { host: '10.0.0.2', port: 5060 },
      );
      const call = await world.during((await bob.nextCall()).accept());
      await world.during(call.ended);
      expect(peer.log.filter(({ text }) => text.startsWith('SIP/2.0 200'))).toHaveLength(11);
      expect(peer.log.filter(({ text }) => text.startsWith('BYE'))).toHaveLength(1);
    }));

  test('RFC 3261 §14.2: the 2xx to a re-INVITE is repeated from T1 on again, however often the first was (C111)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { acknowledged: false });
      await world.elapse(4_000);
      standing.say('ACK');
      await world.elapse(20);
      const { peer, say } = standing;
      const repeats = peer.untaken.length;
      expect(repeats).toBe(3);
      say('INVITE', { body: sdp({ version: 2 }) });
      await world.elapse(20);
      const start = peer.log.at(-1)?.at ?? 0;
      await world.elapse(1_600);
      const times = peer.log.slice(1 + repeats).map(({ at }) => Math.round(at - start));
      expect(times).toEqual([0, 500, 1500]);
      say('ACK');
      await world.elapse(20);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §13.2.2.4: each repeat of a 2xx gets the same ACK, with the credentials of the INVITE (C110)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host, {
        account: { aor: 'sip:alice@10.0.0.1', password: 'secret' },
      });
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 401, {
        headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'],
      });
      await world.elapse(20);
      peer.take('ACK');
      const invite = peer.take('INVITE');
      answerWith(peer, invite);
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      const ack = peer.take('ACK');
      expect(row(ack, 'CSeq')).toBe('2 ACK');
      expect(row(ack, 'Authorization')).toBe(row(invite, 'Authorization'));
      expect(row(ack, 'Via')).not.toBe(row(invite, 'Via'));
      expect(ack.text).toMatch(/^ACK sip:peer@10\.0\.0\.9 /);
      for (let repeat = 0; repeat < 3; repeat += 1) {
        answerWith(peer, invite);
        await world.elapse(20);
        expect(peer.take('ACK').text).toBe(ack.text);
      }
      const ended = call.hangUp();
      await world.elapse(20);
      const bye = peer.take('BYE');
      expect(row(bye, 'CSeq')).toBe('3 BYE');
      peer.respond(bye, 200);
      await world.during(ended);
    }));

  test('RFC 3261 §15: who answered waits for the ACK before BYE (C114)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await incomingCall(world, { acknowledged: false });
      const ended = call.hangUp();
      await world.elapse(5_000);
      expect(peer.log.filter(({ text }) => text.startsWith('BYE'))).toEqual([]);
      say('ACK');
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      expect(await world.during(ended)).toEqual({ by: 'local', cause: 'bye' });
    }));

  test('RFC 3261 §15: or for its own giving up (C114)', () =>
    inWorld(async (world) => {
      const { peer, call } = await incomingCall(world, { acknowledged: false });
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const start = world.clock.now();
      await world.during(call.hangUp());
      expect(world.clock.now() - start).toBeGreaterThan(31_900);
    }));

  test('RFC 3261 §15: a callee who wants out before the answer refuses, and never says BYE (C114)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-early';
      peer.send(request(peer.address, { branch, uri: 'sip:alice@10.0.0.1', body: sdp() }), ours);
      const call = await alice.nextCall();
      call.ring();
      await world.elapse(20);
      call.reject(480);
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 480');
      peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), ours);
      await world.elapse(1_000);
      expect(peer.log.map(({ text }) => text.slice(8, 11))).toEqual(['180', '480']);
    }));

  test('RFC 3261 §15.1.2: a caller may say BYE while it rings: 200 to the BYE, 487 to the INVITE (C113, C114)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-byed';
      peer.send(request(peer.address, { branch, uri: 'sip:alice@10.0.0.1', body: sdp() }), ours);
      const call = await alice.nextCall();
      call.ring();
      await world.elapse(20);
      peer.send(
        fromCaller(peer.address, peer.take('SIP/2.0 180'), { method: 'BYE', cseq: 2 }),
        ours,
      );
      expect(await world.during(call.ended)).toMatchObject({ by: 'remote', cause: 'cancel' });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*BYE/s);
      const refused = peer.take('SIP/2.0 487');
      peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), ours);
    }));
});

describe('A phone that rings', () => {
  test('RFC 3261 §13.3.1.1: each minute another 180 goes out (C112)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-long';
      peer.send(request(peer.address, { branch, uri: 'sip:alice@10.0.0.1', body: sdp() }), ours);
      const call = await alice.nextCall();
      call.ring();
      await world.elapse(150_000);
      expect(peer.log.map(({ text }) => text.slice(8, 11))).toEqual(['180', '180', '180']);
      // X27: nobody rings for ever.
      await world.elapse(40_000);
      const refused = peer.take('SIP/2.0 480');
      expect(await call.ended).toMatchObject({ cause: 'expired' });
      peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), ours);
    }));

  test('RFC 3261 §13.3.1: when the Expires of the INVITE runs out it gets 487 (C112)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-expires';
      peer.send(
        request(peer.address, {
          branch,
          uri: 'sip:alice@10.0.0.1',
          headers: ['Expires: 10'],
          body: sdp(),
        }),
        ours,
      );
      const call = await alice.nextCall();
      call.ring();
      await world.elapse(9_900);
      expect(peer.log).toHaveLength(1);
      await world.elapse(200);
      const refused = peer.take('SIP/2.0 487');
      expect(await call.ended).toEqual({ by: 'network', cause: 'expired' });
      peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), ours);
    }));

  test('RFC 3261 §20.19: an Expires of 136 years does not end the call at once (C112)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-forever';
      peer.send(
        request(peer.address, {
          branch,
          uri: 'sip:alice@10.0.0.1',
          headers: ['Expires: 4294967295'],
          body: sdp(),
        }),
        ours,
      );
      const call = await alice.nextCall();
      call.ring();
      await world.elapse(30_000);
      expect(peer.log).toHaveLength(1);
      call.reject();
      await world.elapse(20);
      peer.send(
        request(peer.address, { method: 'ACK', branch, to: row(peer.take('SIP/2.0 603'), 'To') }),
        ours,
      );
    }));
});

describe('BYE', () => {
  test('RFC 3261 §15.1.2: a BYE gets 200 (C113)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      standing.say('BYE', { headers: ['Reason: Q.850;cause=16;text="Normal"'] });
      expect(await world.during(standing.call.ended)).toEqual({
        by: 'remote',
        cause: 'bye',
        reason: 'Normal',
      });
      await world.elapse(20);
      standing.peer.take(/^SIP\/2\.0 200 .*BYE/s);
      // It is gone: what comes now belongs to no dialog.
      standing.say('BYE');
      await world.elapse(20);
      standing.peer.take('SIP/2.0 481');
    }));

  test('RFC 3261 §15.1.2: a re-INVITE that is still being answered gets 487 (C113)', () =>
    inWorld(async (world) => {
      let slow = false;
      const think = (): Promise<void> => (slow ? new Promise(() => undefined) : Promise.resolve());
      const { say, call, peer } = await incomingCall(world, { silent: { think } });
      slow = true;
      say('INVITE', { branch: 'z9hG4bK-re', body: sdp({ version: 2 }) });
      await world.elapse(20);
      say('BYE');
      await world.during(call.ended);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*BYE/s);
      peer.take('SIP/2.0 487');
      say('ACK', { branch: 'z9hG4bK-re', cseq: 2 });
    }));

  for (const status of [481, 408, 500, undefined]) {
    test(`RFC 3261 §15.1.1: the dialog is gone whatever answers our BYE: ${status ?? 'nothing'} (C115)`, () =>
      inWorld(async (world) => {
        const { call, peer, agent } = await outgoingCall(world);
        const ended = call.hangUp();
        expect(agent.media.size).toBe(0);
        await world.elapse(20);
        const bye = peer.take('BYE');
        if (status !== undefined) peer.respond(bye, status);
        expect(await world.during(ended)).toEqual({ by: 'local', cause: 'bye' });
        expect(agent.ua.load.dialogs).toBe(0);
      }));
  }

  test('RFC 3326 §2: our BYE tells the reason that our user gave (C115)', () =>
    inWorld(async (world) => {
      const { call, peer } = await outgoingCall(world);
      const ended = call.hangUp([['Reason', 'Q.850;cause=16']]);
      await world.elapse(20);
      const bye = peer.take('BYE');
      expect(row(bye, 'Reason')).toBe('Q.850;cause=16');
      peer.respond(bye, 200);
      await world.during(ended);
    }));

  test('RFC 3261 §15.1.1: BYEs that cross are both answered', () =>
    inWorld(async (world) => {
      const { call, peer, say } = await outgoingCall(world);
      const ended = call.hangUp();
      say('BYE');
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*BYE/s);
      peer.respond(peer.take('BYE'), 200);
      expect(await world.during(ended)).toEqual({ by: 'local', cause: 'bye' });
    }));

  test('RFC 3261 §15.1.1: an INVITE that comes after our BYE gets 481, and no state (C115)', () =>
    inWorld(async (world) => {
      const { call, peer, say } = await outgoingCall(world);
      const ended = call.hangUp();
      await world.elapse(20);
      const bye = peer.take('BYE');
      say('INVITE', { branch: 'z9hG4bK-after', body: sdp() });
      await world.elapse(20);
      peer.take('SIP/2.0 481');
      say('ACK', { branch: 'z9hG4bK-after' });
      peer.respond(bye, 200);
      await world.during(ended);
    }));
});

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

describe('Offers and answers', () => {
  test('RFC 3261 §13.2.1: an INVITE without an offer is answered with one, and our ACK brings the answer (C132)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9', { offerless: true });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      expect(bodyOf(invite)).toBe('');
      answerWith(peer, invite, sdp({ payloads: '8' }));
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      const ack = peer.take('ACK');
      expect(row(ack, 'Content-Type')).toBe('application/sdp');
      expect(sdpLine(ack, 'm=')).toMatch(/RTP\/AVP 8$/);
      answerWith(peer, invite, sdp({ payloads: '8' }));
      await world.elapse(20);
      expect(peer.take('ACK').text).toBe(ack.text);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMA' });
      const ended = call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(ended);
    }));

  test('RFC 3261 §13.3.1.4: an INVITE without an offer to us is answered with one (C132)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { acknowledged: false, offer: '' });
      const { accepted, call, say } = standing;
      if (accepted === undefined) throw new Error('We answered');
      expect(sdpLine(accepted, 'm=')).toMatch(/RTP\/AVP 0 8$/);
      expect(call.streams).toEqual([]);
      say('ACK', { body: sdp({ payloads: '8' }) });
      await world.elapse(20);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMA' });
      await peerHangsUp(world, standing);
    }));

  for (const [what, body] of [
    ['no answer', ''],
    ['an answer without a common codec', opusOnly],
    ['an answer that is none', 'hello'],
  ]) {
    test(`RFC 3264 §4: an ACK with ${what} ends the call by BYE (C132)`, () =>
      inWorld(async (world) => {
        const { say, call, peer } = await incomingCall(world, { acknowledged: false, offer: '' });
        say('ACK', { body: body ?? '' });
        await world.elapse(20);
        peer.respond(peer.take('BYE'), 200);
        expect(await world.during(call.ended)).toMatchObject({ by: 'local', cause: 'media' });
      }));
  }

  for (const [what, body, port] of [
    ['that we cannot take', opusOnly, 'm=audio 0 RTP/AVP 96'],
    ['that is no description', 'hello', ''],
  ] as const) {
    test(`RFC 3261 §13.2.2.4: an offer in the 2xx ${what} gets ACK, with a valid answer if there can be one, then BYE (C133)`, () =>
      inWorld(async (world) => {
        const alice = await world.agent('alice', ours.host);
        const peer = await world.peer('10.0.0.9');
        const outgoing = alice.ua.call('sip:peer@10.0.0.9', { offerless: true });
        const failed = outgoing.answered.catch((error: unknown) => error);
        await world.elapse(20);
        answerWith(peer, peer.take('INVITE'), body);
        await world.elapse(20);
        expect(sdpLine(peer.take('ACK'), 'm=')).toBe(port);
        peer.respond(peer.take('BYE'), 200);
        expect(await world.during(failed)).toMatchObject({ code: 'SIP_NO_COMMON_CODEC' });
      }));
  }

  test('RFC 3261 §13.2.2.4: an answer in the 2xx that is none of our offer gets ACK and BYE (C133)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const failed = alice.ua.call('sip:peer@10.0.0.9').answered.catch((error: unknown) => error);
      await world.elapse(20);
      answerWith(peer, peer.take('INVITE'), opusOnly);
      await world.elapse(20);
      peer.take('ACK');
      peer.respond(peer.take('BYE'), 200);
      expect(await world.during(failed)).toMatchObject({ code: 'SIP_NO_COMMON_CODEC' });
    }));

  test('RFC 3261 §13.2.1: the first description of a dialog is the answer, later ones are not looked at (C132)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      const headers = ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp'];
      peer.respond(invite, 183, { headers, body: sdp({ port: 31_000 }) });
      await world.elapse(20);
      expect(alice.media.sessions[0]?.streams[0]?.remote).toEqual({
        host: '192.0.2.9',
        port: 31_000,
      });
      peer.respond(invite, 183, { headers, body: sdp({ port: 32_000 }) });
      answerWith(peer, invite, sdp({ port: 33_000 }));
      const call = await world.during(outgoing.answered);
      expect(call.streams[0]?.remote).toEqual({ host: '192.0.2.9', port: 31_000 });
      const ended = call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(ended);
    }));

  test('RFC 3261 §13.2.1: an early answer stands when the 2xx brings none (C132)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, { headers: ['Content-Type: application/sdp'], body: sdp() });
      await world.elapse(20);
      peer.respond(invite, 200, { headers: ['Contact: <sip:peer@10.0.0.9>'] });
      const call = await world.during(outgoing.answered);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMU' });
      const ended = call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(ended);
    }));

  test('RFC 3261 §13.2.1: early media of one fork, and another fork answers: its description is taken (C108, C132)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, {
        headers: ['Content-Type: application/sdp'],
        body: sdp({ port: 31_000 }),
        toTag: 'one',
      });
      await world.elapse(20);
      answerWith(peer, invite, sdp({ port: 32_000, payloads: '8' }), 'two');
      const call = await world.during(outgoing.answered);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMA', remote: { port: 32_000 } });
      expect(call.dialog.id.remoteTag).toBe('two');
      const exchanges = alice.observed.filter((seen) => seen.kind === 'offer-answer');
      expect(exchanges.filter(({ stray }) => stray === true)).toEqual([]);
      expect(exchanges.at(-1)).toMatchObject({ event: 'answer received', after: 'Stable' });
      const ended = call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(ended);
    }));

  test('RFC 3261 §13.2.1: an early answer that cannot be used is judged again with the final one (C132)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, { headers: ['Content-Type: application/sdp'], body: opusOnly });
      await world.elapse(20);
      answerWith(peer, invite, sdp());
      const call = await world.during(outgoing.answered);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMU' });
      const held = call.hold();
      await world.elapse(20);
      peer.take('ACK');
      answerWith(peer, peer.take('INVITE'), sdp({ direction: 'recvonly', version: 2 }));
      await world.during(held);
      const ended = call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(ended);
    }));

  test('RFC 3261 §13.2.1: a call refused after early media leaves nothing of it (C119)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, { headers: ['Content-Type: application/sdp'], body: sdp() });
      await world.elapse(20);
      expect(alice.media.size).toBe(1);
      peer.respond(invite, 486);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
      expect(alice.media.size).toBe(0);
    }));

  test('RFC 3264 §6: an offer with more lines is answered line by line, refused ones with port 0 (C135)', () =>
    inWorld(async (world) => {
      const offer = sdp()
        .replace('m=audio', 'm=video 5000 RTP/AVP 31\nm=audio')
        .replace('a=sendrecv\n', 'a=sendrecv\nm=audio 5002 RTP/AVP 0\n');
      const standing = await incomingCall(world, { offer });
      const { accepted } = standing;
      if (accepted === undefined) throw new Error('We answered');
      const lines = bodyOf(accepted)
        .split('\r\n')
        .filter((line) => line.startsWith('m='));
      expect(lines[0]).toBe('m=video 0 RTP/AVP 31');
      expect(lines[1]).toMatch(/^m=audio [1-9]\d* RTP\/AVP 0$/);
      expect(lines[2]).toBe('m=audio 0 RTP/AVP 0');
      expect(sdpLine(accepted, 't=')).toBe('t=0 0');
      await peerHangsUp(world, standing);
    }));

  test('RFC 3264 §8: a re-INVITE of the peer may change the codec (C138)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      standing.say('INVITE', { body: sdp({ payloads: '8', version: 2 }) });
      await world.elapse(20);
      standing.peer.take('SIP/2.0 200');
      standing.say('ACK');
      await world.elapse(20);
      expect(standing.call.streams[0]).toMatchObject({ codec: 'PCMA' });
      await peerHangsUp(world, standing);
    }));

  test('RFC 5621 §4.2: an offer inside multipart is found (C028)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const body = `--b\nContent-Type: text/plain\n\nhello\n--b\nContent-Type: application/sdp\n\n${sdp()}\n--b--\n`;
      peer.send(
        request(peer.address, {
          uri: 'sip:alice@10.0.0.1',
          type: 'multipart/mixed;boundary=b',
          body,
        }),
        ours,
      );
      const call = await world.during((await alice.nextCall()).accept());
      expect(call.streams[0]).toMatchObject({ codec: 'PCMU' });
      await world.elapse(20);
      const accepted = peer.take('SIP/2.0 200');
      peer.send(fromCaller(peer.address, accepted, { method: 'ACK' }), ours);
      peer.send(fromCaller(peer.address, accepted, { method: 'BYE', cseq: 2 }), ours);
      await world.during(call.ended);
    }));

  test('The agents of two programs with other codecs agree on the common one', () =>
    inWorld(async (world) => {
      const media = new SilentMedia({
        random: seededRandom(9),
        host: '10.0.0.2',
        codecs: silentCodecs.slice(1),
      });
      const alice = await world.agent('alice', '10.0.0.1');
      const bob = await world.agent('bob', '10.0.0.2', { media });
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      await world.during((await bob.nextCall()).accept());
      const call = await world.during(outgoing.answered);
      expect(call.streams[0]).toMatchObject({ codec: 'PCMA' });
      await world.during(call.hangUp());
    }));
});

test('RFC 3261 §13.2.2.4: the end of a call whose answer could not be used comes at once when the peer is there', () =>
  inWorld(async (world) => {
    const alice = await world.agent('alice', ours.host);
    const peer = await world.peer('10.0.0.9');
    peer.when('BYE', (bye) => peer.respond(bye, 200));
    peer.when('INVITE', (invite) =>
      peer.respond(invite, 200, { headers: ['Contact: <sip:peer@10.0.0.9>'] }),
    );
    const start = world.clock.now();
    await expect(world.during(alice.ua.call('sip:peer@10.0.0.9').answered)).rejects.toMatchObject({
      code: 'SIP_NO_COMMON_CODEC',
    });
    expect(world.clock.now() - start).toBeLessThan(giveUp / 100);
    expect(peer.log.map(({ text }) => firstLine(text).split(' ')[0])).toEqual([
      'INVITE',
      'ACK',
      'BYE',
    ]);
  }));

function versionOf(message: { readonly text: string }): number {
  return Number(sdpLine(message, 'o=').split(' ')[2]);
}
