// UPDATE from both sides, before and after the answer, and where it meets other offers (RFC 3311, RFC 6337 §4).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { bare, fromCallee, fromCaller, request, row, sdp, sdpLine } from './texts.ts';
import { firstLine, inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const opusOnly = sdp({ payloads: '96', version: 2 });
const held = sdp({ direction: 'sendonly', version: 2 });

describe('An UPDATE of the peer in a call', () => {
  test('RFC 3311 §5.2: with an offer it is answered at once, without ACK, and is in force (C121)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, call, say } = standing;
      say('UPDATE', { body: held });
      await world.elapse(20);
      const ok = peer.take(/^SIP\/2\.0 200 .*UPDATE/s);
      expect(sdpLine(ok, 'a=recvonly')).not.toBe('');
      expect(headerRows(ok.text, 'Contact')).toHaveLength(1);
      expect(call.streams).toMatchObject([{ direction: 'recvonly' }]);
      await world.elapse(5_000);
      expect(peer.untaken).toEqual([]);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3311 §5.2: without an offer it refreshes the target and changes nothing else (C106)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call, say } = standing;
      say('UPDATE', { contact: '<sip:peer@10.0.0.9;moved>' });
      await world.elapse(20);
      expect(headerRows(peer.take(/^SIP\/2\.0 200 .*UPDATE/s).text, 'Content-Type')).toEqual([]);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
      expect(peer.log.map(({ text }) => firstLine(text))).toContain(
        'BYE sip:peer@10.0.0.9;moved SIP/2.0',
      );
      say('UPDATE');
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 481 .*UPDATE/s);
    }));

  test('RFC 3311 §5.3: one we cannot take gets 488 with Warning, target and session are as before (C106, C119, C120)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, call, say } = standing;
      say('UPDATE', { body: opusOnly, contact: '<sip:peer@10.0.0.9;moved>' });
      await world.elapse(20);
      const refused = peer.take(/^SIP\/2\.0 488 .*UPDATE/s);
      expect(row(refused, 'Warning')).toMatch(/^304 /);
      expect(call.streams).toMatchObject([{ codec: 'PCMU', direction: 'sendrecv' }]);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
      expect(peer.log.map(({ text }) => firstLine(text))).toContain(
        'BYE sip:peer@10.0.0.9:5060 SIP/2.0',
      );
    }));

  test('RFC 3311 §5.2: a second one before the first is answered gets 500 with Retry-After, a re-INVITE too (C121)', () =>
    inWorld(async (world) => {
      let slow = false;
      const think = (): Promise<void> =>
        slow
          ? new Promise((resolve) => {
              world.clock.after(500, () => resolve());
            })
          : Promise.resolve();
      const standing = await incomingCall(world, { silent: { think } });
      const { peer, say } = standing;
      slow = true;
      say('UPDATE', { body: held });
      await world.elapse(20);
      say('UPDATE', { body: sdp({ version: 3 }) });
      say('INVITE', { body: sdp({ version: 3 }) });
      await world.elapse(20);
      for (const method of ['UPDATE', 'INVITE']) {
        const refused = peer.take(new RegExp(`^SIP/2\\.0 500 .*${method}`, 's'));
        const seconds = Number(row(refused, 'Retry-After'));
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(10);
      }
      // One without an offer is welcome at any time.
      say('UPDATE');
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*UPDATE/s);
      await world.elapse(500);
      peer.take(/^SIP\/2\.0 200 .*UPDATE/s);
      say('ACK', { cseq: 1 });
      slow = false;
      await peerHangsUp(world, standing);
    }));

  test('RFC 3311 §5.2: while an offer of ours is open it gets 491 (C121, C134)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call, say } = standing;
      for (const method of ['INVITE', 'UPDATE'] as const) {
        const holding = method === 'INVITE' ? call.hold() : call.resume('UPDATE');
        await world.elapse(20);
        const offer = peer.take(method);
        say('UPDATE', { body: sdp({ version: 2 }) });
        await world.elapse(20);
        peer.take(/^SIP\/2\.0 491 .*UPDATE/s);
        if (method === 'UPDATE') {
          say('INVITE', { body: sdp({ version: 2 }) });
          await world.elapse(20);
          peer.take(/^SIP\/2\.0 491 .*INVITE/s);
        }
        const direction = method === 'INVITE' ? 'recvonly' : 'sendrecv';
        answerWith(peer, offer, sdp({ direction, version: 3 }));
        await world.during(holding);
      }
      await world.elapse(20);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3311 §5.2: while the offer in our 2xx waits for the ACK it gets 491, after theirs it is answered though the ACK is lost (C121)', () =>
    inWorld(async (world) => {
      for (const [offer, status] of [
        ['', 491],
        [sdp(), 200],
      ] as const) {
        const host = offer === '' ? '10.0.0.1' : '10.0.0.3';
        const agent = await world.agent('alice', host);
        const peer = await world.peer(offer === '' ? '10.0.0.9' : '10.0.0.8');
        const there = { host, port: 5060 };
        peer.send(request(peer.address, { uri: `sip:alice@${host}`, body: offer }), there);
        const call = await world.during((await agent.nextCall()).accept());
        await world.elapse(20);
        const accepted = peer.take('SIP/2.0 200');
        const say = (method: string, cseq: number, body = ''): void =>
          peer.send(fromCaller(peer.address, accepted, { method, cseq, body }), there);
        say('UPDATE', 2, sdp({ version: 2 }));
        await world.elapse(20);
        peer.take(new RegExp(`^SIP/2\\.0 ${status} .*UPDATE`, 's'));
        say('ACK', 1, offer === '' ? sdp() : '');
        await world.elapse(20);
        say('BYE', 3);
        await world.during(call.ended);
      }
    }));
});

test('RFC 3261 §14.1: a re-INVITE whose sender lost the ACK before it is answered too, and our 2xx repeated no more (C116)', () =>
  inWorld(async (world) => {
    const standing = await incomingCall(world, { acknowledged: false });
    const { peer, call, say } = standing;
    say('INVITE', { body: held });
    await world.elapse(20);
    const ok = peer.take(/^SIP\/2\.0 200 .*CSeq: 2 INVITE/s);
    expect(sdpLine(ok, 'a=recvonly')).not.toBe('');
    say('ACK', { cseq: 2 });
    await world.elapse(5_000);
    expect(peer.untaken).toEqual([]);
    expect(call.streams).toMatchObject([{ direction: 'recvonly' }]);
    await peerHangsUp(world, standing);
  }));

describe('An UPDATE of ours in a call', () => {
  test('RFC 3311 §5.1: holds without ACK, and is in force with its 2xx (C121, C137)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call } = standing;
      const holding = call.hold('UPDATE');
      await world.elapse(20);
      const update = peer.take('UPDATE');
      expect(sdpLine(update, 'a=sendonly')).not.toBe('');
      expect(headerRows(update.text, 'Contact')).toHaveLength(1);
      peer.respond(update, 200, {
        headers: ['Contact: <sip:peer@10.0.0.9;moved>', 'Content-Type: application/sdp'],
        body: sdp({ direction: 'recvonly', version: 2 }),
      });
      await world.during(holding);
      expect([call.direction, call.streams[0]?.direction]).toEqual(['sendonly', 'sendonly']);
      await world.elapse(100);
      expect(peer.log.filter(({ text }) => text.startsWith('ACK'))).toHaveLength(1);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
      expect(peer.log.map(({ text }) => firstLine(text))).toContain(
        'BYE sip:peer@10.0.0.9;moved SIP/2.0',
      );
    }));

  for (const status of [488, 504, 500, 405]) {
    test(`RFC 3311 §5.3: refused with ${status}, the session is as before, and the next offer goes (C119)`, () =>
      inWorld(async (world) => {
        const standing = await outgoingCall(world);
        const { peer, call } = standing;
        const holding = call.hold('UPDATE');
        await world.elapse(20);
        peer.respond(peer.take('UPDATE'), status);
        await expect(world.during(holding)).rejects.toMatchObject({ code: 'SIP_REJECTED', status });
        expect(call.streams).toMatchObject([{ direction: 'sendrecv' }]);
        const again = call.hold();
        await world.elapse(20);
        answerWith(peer, peer.take('INVITE'), sdp({ direction: 'recvonly', version: 2 }));
        await world.during(again);
        await world.elapse(20);
        peer.take('ACK');
        await peerHangsUp(world, standing);
      }));
  }

  test('RFC 3311 §5.1: two UPDATEs that cross both get 491, and both get there in the end (C118, C121)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const bob = await world.agent('bob', '10.0.0.2');
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      const answered = (await bob.nextCall()).accept();
      const [one, two] = await Promise.all([
        world.during(outgoing.answered),
        world.during(answered),
      ]);
      await world.elapse(50);
      const both = Promise.all([one.hold('UPDATE'), two.hold('UPDATE')]);
      await world.during(both, 20_000);
      expect(
        world.sentBy('10.0.0.1').filter((line) => line.startsWith('SIP/2.0 491')),
      ).toHaveLength(1);
      expect(
        world.sentBy('10.0.0.2').filter((line) => line.startsWith('SIP/2.0 491')),
      ).toHaveLength(1);
      expect([one.streams[0]?.direction, two.streams[0]?.direction]).toEqual([
        'inactive',
        'inactive',
      ]);
      await world.during(one.hangUp());
    }));

  for (const status of [481, 408, undefined]) {
    test(`RFC 3261 §12.2.1.2: answered with ${status ?? 'nothing'}, the call is over (C107)`, () =>
      inWorld(async (world) => {
        const { peer, call } = await outgoingCall(world);
        const holding = call.hold('UPDATE');
        await world.elapse(20);
        const update = peer.take('UPDATE');
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        if (status === undefined) peer.when('UPDATE', () => undefined);
        else peer.respond(update, status);
        await expect(world.during(holding)).rejects.toBeDefined();
        await world.during(call.ended);
      }));
  }
});

describe('UPDATE before the answer', () => {
  const supported = { uri: 'sip:alice@10.0.0.1', headers: ['Supported: 100rel'] };
  const contact = 'Contact: <sip:peer@10.0.0.9>';

  test('RFC 3311 §5.2: while their offer is open it gets 500, after the PRACK of our answer it is answered (C121)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { ...supported, body: sdp() }), ours);
      const incoming = await alice.nextCall();
      incoming.ring();
      await world.elapse(20);
      const ringing = peer.take('SIP/2.0 180');
      const say = (method: string, cseq: number, body = '', headers: string[] = []): void =>
        peer.send(fromCaller(peer.address, ringing, { method, cseq, body, headers }), ours);
      say('UPDATE', 2, sdp({ version: 2 }));
      await world.elapse(20);
      expect(row(peer.take(/^SIP\/2\.0 500 .*UPDATE/s), 'Retry-After')).toMatch(/^(\d|10)$/);
      await world.during(incoming.earlyMedia());
      await world.elapse(20);
      const early = peer.take('SIP/2.0 183');
      say('UPDATE', 3, sdp({ version: 2 }));
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 500 .*UPDATE/s);
      say('PRACK', 4, '', [`RAck: ${row(early, 'RSeq')} 1 INVITE`]);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*PRACK/s);
      say('UPDATE', 5, sdp({ version: 2, payloads: '8' }));
      await world.elapse(20);
      expect(sdpLine(peer.take(/^SIP\/2\.0 200 .*UPDATE/s), 'm=')).toMatch(/ 8$/);
      expect(alice.media.sessions[0]?.streams).toMatchObject([{ codec: 'PCMA' }]);
      say('UPDATE', 6, opusOnly);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 488 .*UPDATE/s);
      say('UPDATE', 7);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*UPDATE/s);
      incoming.reject();
      await world.elapse(20);
      peer.take('SIP/2.0 603');
    }));

  test('RFC 3311 §5.2: while our offer is open it gets 491, after our PRACK it is answered, and stands when the call is (C121)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      peer.respond(invite, 180, { headers: [contact] });
      await world.elapse(20);
      const say = (method: string, cseq: number, body = ''): void =>
        peer.send(fromCallee(peer.address, invite, { method, cseq, body }), ours);
      say('UPDATE', 100, sdp({ version: 2 }));
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 491 .*UPDATE/s);
      peer.respond(invite, 183, {
        headers: [contact, 'Require: 100rel', 'RSeq: 5', 'Content-Type: application/sdp'],
        body: sdp(),
      });
      await world.elapse(20);
      say('UPDATE', 101, sdp({ version: 2, payloads: '8' }));
      await world.elapse(20);
      const ok = peer.take(/^SIP\/2\.0 200 .*UPDATE/s);
      expect(bare(row(ok, 'Contact'))).toContain('alice@10.0.0.1');
      for (const [method, status] of [
        ['INVITE', 491],
        ['BYE', 481],
      ] as const) {
        say(method, 700 - status);
        await world.elapse(20);
        peer.take(new RegExp(`^SIP/2\\.0 ${status} .*${method}`, 's'));
        if (method === 'INVITE') {
          peer.send(fromCallee(peer.address, invite, { method: 'ACK', cseq: 700 - status }), ours);
        }
      }
      peer.respond(invite, 200, { headers: [contact] });
      const call = await world.during(outgoing.answered);
      expect(call.streams).toMatchObject([{ codec: 'PCMA' }]);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
    }));

  test('RFC 3311 §5.1: we change our early media by UPDATE once the caller has acknowledged it, not before (C121)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { ...supported, body: sdp() }), ours);
      const incoming = await alice.nextCall();
      await expect(incoming.direct('sendonly')).rejects.toMatchObject({ code: 'SIP_STATE' });
      await world.during(incoming.earlyMedia());
      await world.elapse(20);
      const early = peer.take('SIP/2.0 183');
      await expect(incoming.direct('sendonly')).rejects.toMatchObject({ code: 'SIP_STATE' });
      const say = (method: string, cseq: number, headers: string[] = [], body = ''): void =>
        peer.send(fromCaller(peer.address, early, { method, cseq, headers, body }), ours);
      say('PRACK', 2, [`RAck: ${row(early, 'RSeq')} 1 INVITE`]);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*PRACK/s);
      const refused = incoming.direct('inactive');
      await world.elapse(20);
      peer.respond(peer.take('UPDATE'), 488);
      await expect(world.during(refused)).rejects.toMatchObject({
        code: 'SIP_REJECTED',
        status: 488,
      });
      expect(alice.media.sessions[0]?.streams).toMatchObject([{ direction: 'sendrecv' }]);
      const directed = incoming.direct('sendonly');
      await expect(world.during(incoming.direct('inactive'))).rejects.toMatchObject({
        code: 'SIP_STATE',
      });
      await world.elapse(20);
      const update = peer.take('UPDATE');
      // RFC 3311 §5.2: theirs meets ours.
      say('UPDATE', 3, [], sdp({ version: 2 }));
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 491 .*UPDATE/s);
      peer.respond(update, 200, {
        headers: [contact, 'Content-Type: application/sdp'],
        body: sdp({ direction: 'recvonly', version: 2 }),
      });
      await world.during(directed);
      const call = await world.during(incoming.accept());
      expect([call.direction, call.streams[0]?.direction]).toEqual(['sendonly', 'sendonly']);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*INVITE/s);
      say('ACK', 1);
      await world.elapse(20);
      const resumed = call.resume();
      await world.elapse(20);
      answerWith(peer, peer.take('INVITE'), sdp({ version: 3 }));
      await world.during(resumed);
      await world.elapse(20);
      say('BYE', 4);
      await world.during(call.ended);
    }));

  for (const when of ['before', 'after'] as const) {
    test(`RFC 3311 §5.1: we change the early media of our call by UPDATE, answered ${when} the call is (C121)`, () =>
      inWorld(async (world) => {
        const alice = await world.agent('alice', ours.host);
        const peer = await world.peer('10.0.0.9');
        const outgoing = alice.ua.call('sip:peer@10.0.0.9');
        await expect(outgoing.direct('sendonly')).rejects.toMatchObject({ code: 'SIP_STATE' });
        await world.elapse(20);
        const invite = peer.take('INVITE');
        peer.when('PRACK', (prack) => peer.respond(prack, 200));
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        peer.respond(invite, 183, {
          headers: [contact, 'Require: 100rel', 'RSeq: 5', 'Content-Type: application/sdp'],
          body: sdp(),
        });
        await world.elapse(20);
        const directed = outgoing.direct('recvonly');
        await world.elapse(20);
        const update = peer.take('UPDATE');
        expect(sdpLine(update, 'a=recvonly')).not.toBe('');
        const answerUpdate = (): void =>
          peer.respond(update, 200, {
            headers: [contact, 'Content-Type: application/sdp'],
            body: sdp({ direction: 'sendonly', version: 2 }),
          });
        if (when === 'before') answerUpdate();
        await world.elapse(20);
        peer.respond(invite, 200, { headers: [contact] });
        const call = await world.during(outgoing.answered);
        if (when === 'after') answerUpdate();
        await world.during(directed);
        expect(call.streams).toMatchObject([{ direction: 'recvonly' }]);
        await world.elapse(20);
        peer.take('ACK');
        await world.during(call.hangUp());
      }));
  }

  test('RFC 3311 §5.1: a call that is refused takes an open UPDATE of ours with it (C121)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      peer.respond(invite, 183, {
        headers: [contact, 'Require: 100rel', 'RSeq: 5', 'Content-Type: application/sdp'],
        body: sdp(),
      });
      await world.elapse(20);
      const directed = outgoing.direct('recvonly').catch((error: unknown) => error);
      await world.elapse(20);
      peer.respond(invite, 486);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
      expect(await world.during(directed)).toMatchObject({ code: 'SIP_STATE' });
    }));
});
