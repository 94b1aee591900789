// Offers and answers of a call: where they may be, and what each side makes of the other's (RFC 3261 §13.2, RFC 3264).
import { describe, expect, test } from 'vitest';
import { SilentMedia, silentCodecs } from '../../packages/sip/src/testing/silent-media.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { bodyOf, fromCaller, request, row, sdp, sdpLine } from './texts.ts';
import { firstLine, giveUp, inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const opusOnly = sdp({ payloads: '96' });

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

describe('Directions', () => {
  const directions = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
  const sends = (direction: string): boolean =>
    direction === 'sendrecv' || direction === 'sendonly';
  const hears = (direction: string): boolean =>
    direction === 'sendrecv' || direction === 'recvonly';
  const meeting = (ours: string, theirs: string): string => {
    const send = sends(ours) && hears(theirs);
    const hear = hears(ours) && sends(theirs);
    if (send) return hear ? 'sendrecv' : 'sendonly';
    return hear ? 'recvonly' : 'inactive';
  };

  for (const ours of directions) {
    test(`RFC 3264 §6.1, §8.4: what we want is ${ours}, and each offer of the peer is answered with what both want (C136, C137)`, () =>
      inWorld(async (world) => {
        const standing = await outgoingCall(world);
        const { peer, call, say } = standing;
        const wished = call.direct(ours);
        if (ours !== 'sendrecv') {
          await world.elapse(20);
          const invite = peer.take('INVITE');
          expect(sdpLine(invite, `a=${ours}`)).not.toBe('');
          answerWith(peer, invite, sdp({ direction: turned(ours), version: 2 }));
        }
        await world.during(wished);
        expect([call.direction, call.streams[0]?.direction]).toEqual([ours, ours]);
        await world.elapse(20);
        let version = 3;
        for (const method of ['INVITE', 'UPDATE']) {
          for (const theirs of directions) {
            version += 1;
            say(method, { body: sdp({ direction: theirs, version }) });
            await world.elapse(20);
            const ok = peer.take(new RegExp(`^SIP/2\\.0 200 .*CSeq: \\d+ ${method}`, 's'));
            const agreed = meeting(ours, theirs);
            expect([theirs, sdpLine(ok, `a=${agreed}`)]).toEqual([theirs, `a=${agreed}`]);
            expect(call.streams[0]?.direction).toBe(agreed);
            if (method === 'INVITE') say('ACK', { cseq: 100 + version - 3 });
            await world.elapse(20);
          }
        }
        await peerHangsUp(world, standing);
      }));
  }

  /** The same direction, seen from the other side. */
  function turned(direction: string): string {
    if (direction === 'sendonly') return 'recvonly';
    return direction === 'recvonly' ? 'sendonly' : direction;
  }
});
