// Answered calls: the 2xx and its ACK, ringing, BYE (RFC 3261 §13.3, §15).
import { describe, expect, test } from 'vitest';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { fromCaller, request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };

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
        account: { aor: 'sip:alice@10.0.0.9', password: 'secret' },
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
