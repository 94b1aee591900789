// Dialogs on the wire: routes, sequence numbers, forks (RFC 3261 §12, §13.2.2.4).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerWith, incomingCall, outgoingCall } from './calls.ts';
import { fromCallee, fromCaller, request, row, sdp } from './texts.ts';
import { giveUp, inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const contact = 'Contact: <sip:peer@10.0.0.9>';

describe('Routes', () => {
  test('RFC 3261 §12.1.1: 180 and 2xx copy Record-Route unchanged and have a Contact; our requests take that route (C100, C101, C102)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const routes = [
        'Record-Route: <sip:10.0.0.9;lr;x=1>, "Far" <sip:far.example;lr>',
        'Record-Route: <sip:10.9.9.9;lr>',
      ];
      peer.send(
        request(peer.address, {
          uri: 'sip:alice@10.0.0.1',
          headers: routes,
          contact: '<sip:caller@10.1.1.1>',
          body: sdp(),
        }),
        ours,
      );
      const incoming = await alice.nextCall();
      incoming.ring();
      const call = await world.during(incoming.accept());
      await world.elapse(20);
      const accepted = peer.take('SIP/2.0 200');
      for (const answer of [peer.take('SIP/2.0 180'), accepted]) {
        expect(headerRows(answer.text, 'Record-Route')).toEqual(
          routes.map((line) => line.slice('Record-Route: '.length)),
        );
        expect(headerRows(answer.text, 'Contact')).toEqual(['<sip:alice@10.0.0.1:5060>']);
      }
      peer.send(fromCaller(peer.address, accepted, { method: 'ACK' }), ours);
      await world.elapse(20);
      const ended = call.hangUp();
      await world.elapse(20);
      const bye = peer.take('BYE sip:caller@10.1.1.1 SIP/2.0');
      expect(headerRows(bye.text, 'Route')).toEqual([
        '<sip:10.0.0.9;lr;x=1>',
        '"Far" <sip:far.example;lr>',
        '<sip:10.9.9.9;lr>',
      ]);
      peer.respond(bye, 200);
      await world.during(ended);
    }));

  test('RFC 3261 §13.2.2.4: the 2xx sets the route set anew, turned round; the early one is forgotten (C101)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180, { headers: [contact, 'Record-Route: <sip:old.example;lr>'] });
      await world.elapse(20);
      const headers = [
        'Contact: <sip:callee@10.1.1.1>',
        'Record-Route: <sip:10.8.8.8;lr>, <sip:10.0.0.9;lr>',
        'Content-Type: application/sdp',
      ];
      peer.respond(invite, 200, { headers, body: sdp() });
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      const ack = peer.take('ACK sip:callee@10.1.1.1 SIP/2.0');
      expect(headerRows(ack.text, 'Route')).toEqual(['<sip:10.0.0.9;lr>', '<sip:10.8.8.8;lr>']);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
    }));

  test('RFC 3261 §12.2.1.1: a strict router first becomes the Request-URI, and the target goes last into Route (C102)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const headers = [
        'Contact: <sip:callee@10.1.1.1;x=y>',
        'Record-Route: <sip:10.8.8.8;lr>, <sip:10.0.0.9;ftag=1>',
        'Content-Type: application/sdp',
      ];
      peer.respond(peer.take('INVITE'), 200, { headers, body: sdp() });
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      const ack = peer.take('ACK sip:10.0.0.9;ftag=1 SIP/2.0');
      expect(headerRows(ack.text, 'Route')).toEqual([
        '<sip:10.8.8.8;lr>',
        '<sip:callee@10.1.1.1;x=y>',
      ]);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
    }));

  test('RFC 3261 §19.1.1: a Contact with header parts or a method does not put them into our Request-URI (C024, C102)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const headers = [
        'Contact: <sip:callee@10.0.0.9;method=REGISTER?Route=%3Csip:evil%3E>',
        'Content-Type: application/sdp',
      ];
      peer.respond(peer.take('INVITE'), 200, { headers, body: sdp() });
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      peer.take('ACK sip:callee@10.0.0.9 SIP/2.0');
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
    }));

  test('RFC 3261 §12.1.1: an INVITE without a Contact that can be called back gets 400', () =>
    inWorld(async (world) => {
      await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      for (const value of [undefined, '*', '<<']) {
        const branch = `z9hG4bK-contact-${value ?? 'none'}`.replaceAll(/[*<]/g, 'x');
        peer.send(
          request(peer.address, {
            branch,
            uri: 'sip:alice@10.0.0.1',
            callId: branch,
            contact: value,
            body: sdp(),
          }),
          ours,
        );
        await world.elapse(20);
        const refused = peer.take('SIP/2.0 400');
        peer.send(
          request(peer.address, { method: 'ACK', branch, callId: branch, to: row(refused, 'To') }),
          ours,
        );
      }
    }));
});

describe('Sequence numbers', () => {
  test('RFC 3261 §12.2.1.1: ours rise by exactly one, and ACK has that of its INVITE (C103)', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { peer, call } = standing;
      for (const direction of ['recvonly', 'sendrecv']) {
        const done = direction === 'recvonly' ? call.hold() : call.resume();
        await world.elapse(20);
        answerWith(peer, peer.take('INVITE'), sdp({ direction, version: 2 }));
        await world.during(done);
      }
      const ended = call.hangUp();
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(ended);
      expect(peer.log.map((one) => row(one, 'CSeq'))).toEqual([
        '1 INVITE',
        '1 ACK',
        '2 INVITE',
        '2 ACK',
        '3 INVITE',
        '3 ACK',
        '4 BYE',
      ]);
    }));

  test('RFC 3261 §12.2.2: a number lower than the last gets 500, a gap upwards is fine (C104)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { say, peer } = standing;
      say('OPTIONS', { cseq: 50 });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*50 OPTIONS/s);
      say('OPTIONS', { cseq: 49 });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 500 .*49 OPTIONS/s);
      say('BYE', { cseq: 49 });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 500 .*49 BYE/s);
      say('BYE', { cseq: 4_000_000 % 2 ** 31 });
      await world.during(standing.call.ended);
    }));
});

describe('Forks', () => {
  test('RFC 3261 §12.1.2: 18x with different tags are early dialogs of their own (C108)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      const progress: unknown[] = [];
      void (async () => {
        for await (const { status, fork } of outgoing.progress) progress.push([status, fork]);
      })();
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180, { toTag: 'one' });
      peer.respond(invite, 183, { toTag: 'two' });
      peer.respond(invite, 180, { toTag: 'one' });
      await world.elapse(20);
      const dialogs = alice.observed.filter((seen) => seen.kind === 'dialog');
      expect(new Set(dialogs.map(({ remoteTag }) => remoteTag))).toEqual(new Set(['one', 'two']));
      peer.respond(invite, 486, { toTag: 'one' });
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
      expect(progress).toEqual([
        [180, 'one'],
        [183, 'two'],
        [180, 'one'],
      ]);
      const last = alice.observed.filter((seen) => seen.kind === 'dialog').slice(-2);
      expect(last.map(({ after }) => after)).toEqual(['Terminated', 'Terminated']);
    }));

  test('RFC 3261 §13.2.2.4: every fork that answers is acknowledged, those after the first are hung up (C060, C109)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180, { toTag: 'late' });
      answerWith(peer, invite, sdp(), 'one');
      answerWith(peer, invite, sdp(), 'two');
      const call = await world.during(outgoing.answered);
      expect(call.dialog.id.remoteTag).toBe('one');
      answerWith(peer, invite, sdp(), 'two');
      answerWith(peer, invite, sdp(), 'three');
      await world.elapse(100);
      const said = peer.log.map(
        (one) => `${one.text.split(' ')[0]} ${/tag=(\w+)/.exec(row(one, 'To'))?.[1] ?? ''}`,
      );
      expect(said).toEqual([
        'INVITE ',
        'ACK one',
        'ACK two',
        'BYE two',
        'ACK two',
        'ACK three',
        'BYE three',
      ]);
      const early = alice.observed.filter(
        (seen) => seen.kind === 'dialog' && seen.remoteTag === 'late',
      );
      expect(early.at(-1)).toMatchObject({ after: 'Early' });
      await world.elapse(giveUp);
      const dropped = alice.observed.filter(
        (seen) => seen.kind === 'dialog' && seen.remoteTag === 'late',
      );
      expect(dropped.at(-1)).toMatchObject({ after: 'Terminated' });
      // RFC 6026 §7.2: after Timer M a 2xx finds no transaction.
      const acks = peer.log.length;
      answerWith(peer, invite, sdp(), 'four');
      await world.elapse(100);
      expect(peer.log).toHaveLength(acks);
      await world.during(call.hangUp());
    }));

  test('RFC 3261 §13.2.2.4: an offer in a second fork to an INVITE without one is answered in its ACK (C109, C133)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const outgoing = alice.ua.call('sip:peer@10.0.0.9', { offerless: true });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      answerWith(peer, invite, sdp(), 'one');
      answerWith(peer, invite, sdp(), 'two');
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      const acks = peer.log.filter(({ text }) => text.startsWith('ACK'));
      const ports = acks.map(({ text }) => /m=audio (\d+)/.exec(text)?.[1]);
      expect(ports).toHaveLength(2);
      expect(ports.filter((port) => port === '0')).toHaveLength(1);
      await world.during(call.hangUp());
    }));

  test('A 2xx without a tag, as RFC 2543 allowed, makes a call with a null tag (C071)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      answerWith(
        peer,
        { ...invite, text: invite.text.replace('To: <', 'To: "x;tag=" <') },
        sdp(),
        'ignored',
      );
      await world.elapse(20);
      const untagged = { ...invite, text: invite.text };
      peer.send(
        `SIP/2.0 200 OK\nVia: ${row(untagged, 'Via')}\nFrom: ${row(untagged, 'From')}\nTo: ${row(untagged, 'To')}\nCall-ID: ${row(untagged, 'Call-ID')}\nCSeq: 1 INVITE\n${contact}\nContent-Type: application/sdp\n\n${sdp()}`,
        ours,
      );
      const call = await world.during(outgoing.answered);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.elapse(50);
      peer.send(fromCallee(peer.address, invite, { method: 'BYE', from: row(invite, 'To') }), ours);
      await world.elapse(50);
      if (alice.ua.load.dialogs > 0) await world.during(call.hangUp());
    }));
});
