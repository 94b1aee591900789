// Peers that misbehave: whatever they do, every call ends by itself and nothing is left (X27).
import { describe, expect, test } from 'vitest';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };

describe('A callee', () => {
  test('that sends 1xx for ever is given up after three minutes, by CANCEL', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call('sip:peer@10.0.0.9');
      const failed = call.answered.catch((error: unknown) => error);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      for (let count = 0; count < 250; count += 1) {
        peer.respond(invite, 180, { toTag: `fork${count}` });
        await world.elapse(1_000);
      }
      expect(await failed).toMatchObject({ code: 'SIP_TIMEOUT', status: 408 });
      expect(peer.log.filter(({ text }) => text.startsWith('CANCEL'))).not.toEqual([]);
      const dialogs = alice.observed.filter((seen) => seen.kind === 'dialog').map(({ id }) => id);
      expect(new Set(dialogs).size).toBeLessThanOrEqual(64);
    }));

  test('that answers with a new tag after many early ones is heard', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const call = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      for (let count = 0; count < 200; count += 1)
        peer.respond(invite, 180, { toTag: `fork${count}` });
      answerWith(peer, invite, sdp(), 'another');
      const answered = await world.during(call.answered);
      expect(answered.dialog.id.remoteTag).toBe('another');
      await world.during(answered.hangUp());
    }));

  test('that answers a thousand times with new tags gets a bounded number of ACKs and BYEs', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const call = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      for (let count = 0; count < 1_000; count += 1) answerWith(peer, invite, sdp(), `t${count}`);
      const answered = await world.during(call.answered);
      await world.elapse(1_000);
      expect(peer.log.filter(({ text }) => text.startsWith('ACK')).length).toBeLessThanOrEqual(64);
      await world.during(answered.hangUp());
    }));

  test('that rings on after CANCEL and never answers it is forgotten 64*T1 later', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host, { ringMilliseconds: 10_000 });
      const peer = await world.peer('10.0.0.9');
      peer.when('INVITE', (invite) => peer.respond(invite, 180));
      const call = alice.ua.call('sip:peer@10.0.0.9');
      const failed = call.answered.catch((error: unknown) => error);
      await world.elapse(43_000);
      expect(await failed).toMatchObject({ code: 'SIP_TIMEOUT' });
      expect(alice.ua.load.transactions).toBe(0);
    }));

  test('that answers 200 long after CANCEL is acknowledged and hung up', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call('sip:peer@10.0.0.9');
      const failed = call.answered.catch((error: unknown) => error);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180);
      await world.elapse(20);
      call.cancel();
      await world.elapse(20);
      peer.respond(peer.take('CANCEL'), 200);
      await world.elapse(20_000);
      answerWith(peer, invite);
      await world.elapse(20);
      peer.take('ACK');
      peer.take('BYE');
      expect(await failed).toMatchObject({ code: 'SIP_CANCELLED' });
    }));

  test('that leaves a re-INVITE ringing gets CANCEL, and the call goes on', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world, { ringMilliseconds: 20_000 });
      const { peer, call } = standing;
      peer.when('INVITE', (invite) => peer.respond(invite, 180));
      const held = call.hold().catch((error: unknown) => error);
      await world.elapse(60_000);
      peer.take('CANCEL');
      expect(await held).toMatchObject({ code: 'SIP_CANCELLED' });
      expect(call.direction).toBe('sendrecv');
      await peerHangsUp(world, standing);
    }));

  test('that leaves a re-INVITE ringing and is hung up leaves no transaction', () =>
    inWorld(async (world) => {
      const { peer, call } = await outgoingCall(world);
      peer.when('INVITE', (invite) => peer.respond(invite, 180));
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const held = call.hold().catch((error: unknown) => error);
      await world.elapse(100);
      await world.during(call.hangUp());
      expect(await held).toMatchObject({ code: 'SIP_STATE' });
      peer.take('CANCEL');
    }));

  test('that says BYE while our re-INVITE rings, and never answers it, leaves no transaction', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      standing.peer.when('INVITE', (invite) => standing.peer.respond(invite, 180));
      const held = standing.call.hold().catch((error: unknown) => error);
      await world.elapse(100);
      await peerHangsUp(world, standing);
      expect(await held).toMatchObject({ code: 'SIP_STATE' });
    }));

  test('that refuses with 491 for ever ends no call and hears no more than two tries', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      standing.peer.when('INVITE', (invite) => standing.peer.respond(invite, 491));
      for (let round = 0; round < 5; round += 1) {
        await expect(world.during(standing.call.hold())).rejects.toMatchObject({ status: 491 });
      }
      await world.elapse(10_000);
      expect(standing.peer.log.filter(({ text }) => text.startsWith('INVITE'))).toHaveLength(11);
      await peerHangsUp(world, standing);
    }));

  test('that never hangs up is hung up after the longest call', () =>
    inWorld(async (world) => {
      const { peer, call } = await outgoingCall(world, { callMilliseconds: 600_000 });
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      expect(await world.during(call.ended, 700_000)).toEqual({ by: 'local', cause: 'too long' });
    }));

  test('that challenges BYE for ever is left', () =>
    inWorld(async (world) => {
      const { peer, call } = await outgoingCall(world, {
        account: { aor: 'sip:alice@10.0.0.1', password: 'x' },
      });
      let nonce = 0;
      peer.when('BYE', (bye) => {
        nonce += 1;
        peer.respond(bye, 401, {
          headers: [
            `WWW-Authenticate: Digest realm="r", nonce="n${nonce}", stale=true, qop="auth"`,
          ],
        });
      });
      expect(await world.during(call.hangUp())).toEqual({ by: 'local', cause: 'bye' });
      expect(nonce).toBeLessThanOrEqual(4);
    }));

  test('whose Contact leads nowhere costs the call, and nothing else', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      for (const contact of [
        '<tel:123>',
        '<sip:x@name.example>',
        '<mailto:a@b>',
        '<sip:x@10.0.0.9;transport=sctp>',
        '<sips:x@10.0.0.9>',
      ]) {
        const call = alice.ua.call('sip:peer@10.0.0.9');
        await world.elapse(20);
        peer.respond(peer.take('INVITE'), 200, {
          headers: [`Contact: ${contact}`, 'Content-Type: application/sdp'],
          body: sdp(),
        });
        const answered = await world.during(call.answered);
        expect(await world.during(answered.hangUp())).toEqual({ by: 'local', cause: 'bye' });
      }
    }));

  test('that says BYE a thousand times is answered each time, and the call ends once', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await outgoingCall(world);
      let ends = 0;
      void call.ended.then(() => {
        ends += 1;
      });
      for (let count = 0; count < 1_000; count += 1) say('BYE');
      await world.elapse(100);
      expect(ends).toBe(1);
      const answers = peer.log
        .filter(({ text }) => text.startsWith('SIP/2.0'))
        .map(({ text }) => text.slice(8, 11));
      expect(answers).toHaveLength(1_000);
      expect(answers.filter((status) => status === '200')).toHaveLength(1);
    }));
});

describe('A caller', () => {
  test('that never acknowledges is hung up after 32 s', () =>
    inWorld(async (world) => {
      const { call, peer } = await incomingCall(world, { acknowledged: false });
      expect(await world.during(call.ended, 80_000)).toMatchObject({
        by: 'network',
        cause: 'no ack',
      });
      expect(peer.log.filter(({ text }) => text.startsWith('BYE')).length).toBeGreaterThan(0);
    }));

  test('that never acknowledges a re-INVITE is hung up too', () =>
    inWorld(async (world) => {
      const { call, say, peer } = await incomingCall(world);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      say('INVITE', { body: sdp({ version: 2 }) });
      expect(await world.during(call.ended)).toMatchObject({ by: 'network', cause: 'no ack' });
    }));

  test('that floods a call with re-INVITEs gets an answer to each, and no state is kept', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { say, peer } = standing;
      for (let count = 0; count < 200; count += 1)
        say('INVITE', { branch: `z9hG4bK-flood-${count}`, body: sdp({ version: count + 2 }) });
      await world.elapse(400);
      const answers = peer.log.filter(
        ({ text }) => /^SIP\/2\.0 [2-6]/.test(text) && text.includes('flood'),
      );
      expect(new Set(answers.map((one) => row(one, 'Via'))).size).toBe(200);
      say('ACK', { cseq: 2 });
      for (let count = 1; count < 200; count += 1)
        say('ACK', { branch: `z9hG4bK-flood-${count}`, cseq: count + 2 });
      await world.elapse(100);
      await peerHangsUp(world, standing);
    }));

  test('that sends ACKs of every kind disturbs nothing', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      for (let count = 0; count < 1_000; count += 1) standing.say('ACK', { cseq: count });
      await world.elapse(100);
      expect(standing.call.streams[0]).toMatchObject({ codec: 'PCMU' });
      await peerHangsUp(world, standing);
    }));

  test('that hides an INVITE behind one CSeq a thousand times rings once (X21)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      let calls = 0;
      void (async () => {
        for await (const call of alice.ua.incoming) {
          calls += 1;
          call.ring();
        }
      })();
      for (let count = 0; count < 100; count += 1) {
        peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1', body: sdp() }), ours);
      }
      await world.elapse(100);
      expect(calls).toBeLessThanOrEqual(1);
      expect(peer.log.filter(({ text }) => text.startsWith('SIP/2.0 482'))).toHaveLength(99);
      await world.during(alice.ua.close());
    }));
});

test('RFC 3261 §12.2.2: requests of dialogs that are not there get 481 each and leave nothing, not for a moment (A45)', () =>
  inWorld(async (world) => {
    const bob = await world.agent('bob', '10.0.0.2');
    const peer = await world.peer('10.0.0.9');
    for (let number = 0; number < 1_000; number += 1) {
      for (const method of ['BYE', 'INFO', 'UPDATE', 'INVITE', 'ACK']) {
        peer.send(
          request(peer.address, { method, to: '<sip:bob@10.0.0.2>;tag=x', callId: `${number}` }),
          { host: '10.0.0.2', port: 5060 },
        );
      }
    }
    await world.elapse(6);
    expect([bob.ua.load, bob.ua.endpoint.counters.strayRequests]).toEqual([
      { transactions: 0, dialogs: 0 },
      4_000,
    ]);
    await world.elapse(60_000);
    expect(peer.log).toHaveLength(4_000);
    for (const { text } of peer.log) expect(text).toMatch(/^SIP\/2\.0 481 /);
  }));

test('One request ten thousand times: the user hears of it once, and is answered for at most once per 100 ms (X21)', () =>
  inWorld(async (world) => {
    const alice = await world.agent('alice', ours.host);
    const peer = await world.peer('10.0.0.9');
    const branch = 'z9hG4bK-storm';
    const invite = request(peer.address, { branch, uri: 'sip:alice@10.0.0.1', body: sdp() });
    peer.send(invite, ours);
    const call = await alice.nextCall();
    call.ring();
    for (let burst = 0; burst < 100; burst += 1) {
      for (let count = 0; count < 100; count += 1) peer.send(invite, ours);
      await world.elapse(10);
    }
    expect(peer.log.length).toBeLessThanOrEqual(13);
    expect(alice.media.sessions).toEqual([]);
    call.reject(486);
    await world.elapse(20);
    const refused = peer.take('SIP/2.0 486');
    peer.send(request(peer.address, { method: 'ACK', branch, to: row(refused, 'To') }), ours);
    const second = request(peer.address, {
      method: 'OPTIONS',
      uri: 'sip:alice@10.0.0.1',
      callId: 'other',
    });
    const before = peer.log.length;
    for (let count = 0; count < 10_000; count += 1) peer.send(second, ours);
    await world.elapse(1_000);
    expect(peer.log.length - before).toBeLessThanOrEqual(2);
  }));

describe('Faults nearer home', () => {
  test('A media engine that never answers costs the call, not the transaction', () =>
    inWorld(async (world) => {
      let slow = false;
      const think = (): Promise<void> => (slow ? new Promise(() => undefined) : Promise.resolve());
      const standing = await incomingCall(world, { silent: { think } });
      const { say, peer, call } = standing;
      slow = true;
      say('INVITE', { branch: 'z9hG4bK-slow', body: sdp({ version: 2 }) });
      await world.elapse(33_000);
      peer.take('SIP/2.0 500');
      say('ACK', { branch: 'z9hG4bK-slow', cseq: 2 });
      const held = call.hold().catch((error: unknown) => error);
      await world.elapse(33_000);
      expect(await held).toMatchObject({ code: 'SIP_NO_COMMON_CODEC' });
      await peerHangsUp(world, standing);
    }));

  test('One that never makes an offer costs the call, after the time that it may ring', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host, {
        silent: { think: () => new Promise(() => undefined) },
        ringMilliseconds: 5_000,
      });
      const failed = alice.ua.call('sip:peer@10.0.0.9').answered;
      await expect(world.during(failed)).rejects.toMatchObject({ code: 'SIP_TIMEOUT' });
    }));

  test('One that never puts the answer in force is hung up on', () =>
    inWorld(async (world) => {
      let slow = false;
      const think = (): Promise<void> => (slow ? new Promise(() => undefined) : Promise.resolve());
      const alice = await world.agent('alice', ours.host, { silent: { think } });
      const peer = await world.peer('10.0.0.9');
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const failed = alice.ua.call('sip:peer@10.0.0.9').answered.catch((error: unknown) => error);
      await world.elapse(20);
      slow = true;
      answerWith(peer, peer.take('INVITE'));
      await world.elapse(33_000);
      expect(await failed).toMatchObject({ code: 'SIP_NO_COMMON_CODEC' });
    }));

  test('RFC 3261 §21.5.1: one that throws where it should reject is a failure of ours: 500', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const broken = (): SilentSession => {
        const session = alice.media.open();
        return Object.assign(session, {
          createAnswer: () => {
            throw new Error('out of luck');
          },
        });
      };
      const bob = await world.agent('bob', '10.0.0.2', {
        media: Object.assign(Object.create(alice.media), { open: broken }) as typeof alice.media,
      });
      const failed = alice.ua.call('sip:bob@10.0.0.2').answered.catch((error: unknown) => error);
      await expect(world.during((await bob.nextCall()).accept())).rejects.toMatchObject({
        code: 'SIP_NO_COMMON_CODEC',
      });
      await world.elapse(100);
      expect(await failed).toMatchObject({ code: 'SIP_REJECTED', status: 500 });
    }));

  test('RFC 3261 §21.5.1: an engine that cannot be opened refuses the call with 500', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const none = Object.assign(Object.create(alice.media), {
        open: () => {
          throw new Error('No port is left');
        },
      }) as typeof alice.media;
      const bob = await world.agent('bob', '10.0.0.2', { media: none });
      const failed = alice.ua.call('sip:bob@10.0.0.2').answered.catch((error: unknown) => error);
      await expect(world.during((await bob.nextCall()).accept())).rejects.toMatchObject({
        code: 'SIP_NO_COMMON_CODEC',
      });
      await world.elapse(100);
      expect(await failed).toMatchObject({ status: 500 });
    }));

  test('A listener and a tap that throw change nothing', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const bob = await world.agent('bob', '10.0.0.2', {
        tap: {
          observe: () => {
            throw new Error('a tap that throws');
          },
        },
      });
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      const theirs = await world.during((await bob.nextCall()).accept());
      const call = await world.during(outgoing.answered);
      call.onAgreement(() => {
        throw new Error('a listener that throws');
      });
      await world.during(call.hold());
      await world.during(call.hangUp());
      await world.during(theirs.ended);
      await world.elapse(40_000);
      expect(bob.ua.endpoint.faults).toBeGreaterThan(0);
      expect(bob.ua.load).toEqual({ transactions: 0, dialogs: 0 });
      Object.defineProperty(bob.ua.endpoint, 'faults', { value: 0 });
    }));
});
