// Peers that misbehave with PRACK, UPDATE, INFO and session timers: the call goes on or ends, and nothing is left (X27).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import { fromCaller, request, row, sdp } from './texts.ts';
import { giveUp, inWorld } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const contact = 'Contact: <sip:peer@10.0.0.9>';
const sdpType = 'Content-Type: application/sdp';

describe('A callee', () => {
  test('that never answers PRACK is heard all the same, and its answer stands (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, {
        headers: [contact, sdpType, 'Require: 100rel', 'RSeq: 1'],
        body: sdp(),
      });
      await world.elapse(giveUp + 1_000);
      expect(peer.log.filter(({ text }) => text.startsWith('PRACK'))).toHaveLength(11);
      answerWith(peer, invite);
      const call = await world.during(outgoing.answered);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.during(call.hangUp());
    }));

  test('that rings reliably a thousand times gets a PRACK for each, and no more (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      for (let count = 1; count <= 1_000; count += 1) {
        const headers = [contact, 'Require: 100rel', `RSeq: ${count}`];
        peer.respond(invite, 180, { headers });
        peer.respond(invite, 180, { headers });
        await world.elapse(20);
      }
      expect(peer.log.filter(({ text }) => text.startsWith('PRACK'))).toHaveLength(1_000);
      peer.respond(invite, 486);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
    }));

  for (const [what, headers] of [
    ['without RSeq', ['Require: 100rel']],
    ['with an RSeq that is none', ['Require: 100rel', 'RSeq: x']],
    ['with RSeq and no Require', ['RSeq: 5']],
  ] as const) {
    test(`whose 180 is reliable ${what} is heard without PRACK (X27)`, () =>
      inWorld(async (world) => {
        const alice = await world.agent('alice', ours.host);
        const peer = await world.peer('10.0.0.9');
        const outgoing = alice.ua.call('sip:peer@10.0.0.9');
        const heard: number[] = [];
        void (async () => {
          for await (const { status } of outgoing.progress) heard.push(status);
        })();
        await world.elapse(20);
        const invite = peer.take('INVITE');
        peer.respond(invite, 180, { headers: [contact, ...headers] });
        await world.elapse(100);
        expect(heard).toEqual([180]);
        expect(peer.untaken).toEqual([]);
        peer.respond(invite, 486);
        await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
      }));
  }

  test('that grants a session of 136 years is refreshed never, and ends with the longest call (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 200, {
        headers: [contact, sdpType, 'Session-Expires: 4294967295;refresher=uac', 'Allow: UPDATE'],
        body: sdp(),
      });
      const call = await world.during(outgoing.answered);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      await world.elapse(4 * 3_600_000);
      expect(await world.during(call.ended)).toMatchObject({ cause: 'too long' });
      expect(peer.log.some(({ text }) => text.startsWith('UPDATE'))).toBe(false);
    }));

  test('that answers each refresh with 491 is tried a few times, and then hung up (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 200, {
        headers: [contact, sdpType, 'Session-Expires: 90;refresher=uac'],
        body: sdp(),
      });
      const call = await world.during(outgoing.answered);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.when('INVITE', (again) => peer.respond(again, 491));
      expect(await world.during(call.ended, 100_000)).toMatchObject({ cause: 'expired' });
      expect(peer.log.filter(({ text }) => text.startsWith('INVITE')).length).toBeLessThan(8);
    }));
});

describe('A caller', () => {
  test('that requires reliable ringing and never acknowledges it can still be answered (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(
        request(peer.address, {
          uri: 'sip:alice@10.0.0.1',
          headers: ['Require: 100rel'],
          body: sdp(),
        }),
        ours,
      );
      const incoming = await alice.nextCall();
      incoming.ring();
      await world.elapse(1_000);
      const call = await world.during(incoming.accept());
      await world.elapse(20);
      const ok = peer.take('SIP/2.0 200');
      const rung = peer.log.filter(({ text }) => text.startsWith('SIP/2.0 180')).length;
      peer.send(fromCaller(peer.address, ok, { method: 'ACK', cseq: 1 }), ours);
      await world.elapse(20_000);
      expect(peer.log.filter(({ text }) => text.startsWith('SIP/2.0 180'))).toHaveLength(rung);
      peer.send(fromCaller(peer.address, ok, { method: 'BYE', cseq: 2 }), ours);
      await world.during(call.ended);
    }));

  test('that acknowledges a thousand times what it never got is told 481 each time (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(
        request(peer.address, {
          uri: 'sip:alice@10.0.0.1',
          headers: ['Require: 100rel'],
          body: sdp(),
        }),
        ours,
      );
      const incoming = await alice.nextCall();
      incoming.ring();
      await world.elapse(20);
      const ringing = peer.take('SIP/2.0 180');
      for (let count = 2; count < 1_002; count += 1) {
        peer.send(
          fromCaller(peer.address, ringing, {
            method: 'PRACK',
            cseq: count,
            headers: [`RAck: ${count} ${count} INVITE`],
          }),
          ours,
        );
      }
      await world.elapse(50);
      expect(peer.log.filter(({ text }) => text.startsWith('SIP/2.0 481'))).toHaveLength(1_000);
      incoming.reject();
      await world.elapse(20);
      // What its refusal overtook is still answered, once.
      const headers = [`RAck: ${row(ringing, 'RSeq')} 1 INVITE`];
      peer.send(fromCaller(peer.address, ringing, { method: 'PRACK', cseq: 2_000, headers }), ours);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 (?:200|481) .*2000 PRACK/s);
    }));

  test('that asks for a Min-SE of 136 years gets a timer that can be set (X27)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(
        request(peer.address, {
          uri: 'sip:alice@10.0.0.1',
          headers: ['Supported: timer', 'Session-Expires: 4294967295', 'Min-SE: 4294967295'],
          body: sdp(),
        }),
        ours,
      );
      const call = await world.during((await alice.nextCall()).accept());
      await world.elapse(20);
      const ok = peer.take('SIP/2.0 200');
      expect(Number.parseInt(headerRows(ok.text, 'Session-Expires')[0] ?? '')).toBeLessThan(
        2 ** 31 / 1000,
      );
      peer.send(fromCaller(peer.address, ok, { method: 'ACK', cseq: 1 }), ours);
      await world.elapse(100_000);
      peer.send(fromCaller(peer.address, ok, { method: 'BYE', cseq: 2 }), ours);
      await world.during(call.ended);
    }));
});

describe('A peer in a call', () => {
  test('that floods it with UPDATEs and INFOs gets an answer to each, and no state is kept (X27)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const { peer, say } = standing;
      for (let count = 0; count < 1_000; count += 1) {
        say('UPDATE', { body: count % 2 === 0 ? sdp({ version: count + 2 }) : '' });
        say('INFO', { body: 'Signal=1', type: 'application/dtmf-relay' });
      }
      await world.elapse(100);
      const finals = peer.log.filter(({ text }) =>
        /^SIP\/2\.0 [2-6].*CSeq: \d+ (UPDATE|INFO)/s.test(text),
      );
      expect(finals).toHaveLength(2_000);
      await peerHangsUp(world, standing);
    }));

  test('that answers our UPDATE with no answer to its offer is hung up (X27)', () =>
    inWorld(async (world) => {
      const { peer, call } = await outgoingCall(world);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const holding = call.hold('UPDATE').catch((error: unknown) => error);
      await world.elapse(20);
      peer.respond(peer.take('UPDATE'), 200, { headers: [contact] });
      expect(await world.during(call.ended)).toMatchObject({ cause: 'media' });
      await holding;
    }));

  test('that answers our UPDATE and INFO only with 1xx is given up after 32 s (X27)', () =>
    inWorld(async (world) => {
      const { peer, call } = await outgoingCall(world);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.when(/^(UPDATE|INFO)/, (asked) => peer.respond(asked, 183));
      const asked = [call.hold('UPDATE'), call.inform({})].map((one) => one.catch(() => 'failed'));
      expect(await world.during(call.ended)).toMatchObject({ by: 'network', cause: 'timeout' });
      expect(await Promise.all(asked)).toEqual(['failed', 'failed']);
    }));
});
