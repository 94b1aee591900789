// RFC 3262 as the caller: reliable provisional responses that come, each acknowledged once and in order.
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { bodyOf, row, sdp, sdpLine } from './texts.ts';
import { firstLine, inWorld } from './world.ts';
import { ours, described, reliably } from './reliable-texts.ts';

describe('Provisional responses of a callee', () => {
  test('RFC 3262 §4: each is acknowledged once and in its order; repeats and gaps are left alone (C127)', () =>
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
      expect(headerRows(invite.text, 'Supported')[0]).toContain('100rel');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      const contact = 'Contact: <sip:peer@10.0.0.9;line=2>';
      for (const [status, number] of [
        [180, 700],
        [180, 700],
        [183, 702],
        [182, 701],
        [182, 701],
        [183, 702],
      ] as const) {
        peer.respond(invite, status, { headers: [contact, ...reliably(number)] });
        await world.elapse(20);
      }
      const pracks = peer.log.filter(({ text }) => text.startsWith('PRACK'));
      expect(pracks.map((prack) => row(prack, 'RAck'))).toEqual(
        [700, 701, 702].map((number) => `${number} ${row(invite, 'CSeq')}`),
      );
      expect(pracks.map(({ text }) => firstLine(text))).toEqual(
        Array.from({ length: 3 }, () => 'PRACK sip:peer@10.0.0.9;line=2 SIP/2.0'),
      );
      expect(headerRows(pracks[0]?.text ?? '', 'Contact')).toEqual([]);
      expect(heard).toEqual([180, 182, 183]);
      peer.respond(invite, 486);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({ status: 486 });
    }));

  test('RFC 3262 §5: an answer in a reliable response is the answer; the 2xx needs none (C127, C132)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.respond(invite, 183, {
        headers: [...described, ...reliably(1)],
        body: sdp({ payloads: '8' }),
      });
      await world.elapse(20);
      peer.respond(invite, 200, { headers: ['Contact: <sip:peer@10.0.0.9>'] });
      const call = await world.during(outgoing.answered);
      expect(call.streams).toMatchObject([{ codec: 'PCMA' }]);
      await world.elapse(20);
      peer.take('ACK');
      await world.during(call.hangUp());
    }));

  test('RFC 3262 §5: an offer in a reliable response is answered in the PRACK, and the ACK is empty (C128)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9', { offerless: true });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, {
        headers: [...described, ...reliably(9)],
        body: sdp({ payloads: '8' }),
      });
      await world.elapse(20);
      const prack = peer.take('PRACK');
      expect(sdpLine(prack, 'm=')).toMatch(/^m=audio \d+ RTP\/AVP 8$/);
      peer.respond(prack, 200);
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.respond(invite, 200, { headers: ['Contact: <sip:peer@10.0.0.9>'] });
      const call = await world.during(outgoing.answered);
      await world.elapse(20);
      expect(bodyOf(peer.take('ACK'))).toBe('');
      expect(call.streams).toMatchObject([{ codec: 'PCMA' }]);
      await world.during(call.hangUp());
    }));

  test('RFC 3261 §13.2.2.4: an offer there that we cannot take is refused in the PRACK, and the call given up (C128, C133)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9', { offerless: true });
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 183, {
        headers: [...described, ...reliably(9)],
        body: sdp({ payloads: '96' }),
      });
      await world.elapse(20);
      const prack = peer.take('PRACK');
      expect(sdpLine(prack, 'm=')).toMatch(/^m=audio 0 /);
      peer.respond(prack, 200);
      peer.respond(peer.take('CANCEL'), 200);
      peer.respond(invite, 487);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({
        code: 'SIP_NO_COMMON_CODEC',
      });
    }));

  test('RFC 3262 §4: it is acknowledged also while the call is given up (C127)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180);
      outgoing.cancel();
      await world.elapse(20);
      peer.respond(peer.take('CANCEL'), 200);
      peer.respond(invite, 183, { headers: reliably(3) });
      await world.elapse(20);
      peer.respond(peer.take('PRACK'), 200);
      peer.respond(invite, 487);
      await expect(world.during(outgoing.answered)).rejects.toMatchObject({
        code: 'SIP_CANCELLED',
      });
    }));

  test('RFC 3262 §4: each fork counts for itself, and the one that spoke last is heard (C108, C127)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', ours.host);
      const peer = await world.peer('10.0.0.9');
      const outgoing = alice.ua.call('sip:peer@10.0.0.9');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.when('PRACK', (prack) => peer.respond(prack, 200));
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const session = alice.media.sessions[0];
      const ring = async (toTag: string, number: number, payloads: string): Promise<void> => {
        const headers = [...described, ...reliably(number)];
        peer.respond(invite, 183, { toTag, headers, body: sdp({ payloads }) });
        await world.elapse(20);
      };
      await ring('one', 50, '8');
      expect(session?.streams).toMatchObject([{ codec: 'PCMA' }]);
      await ring('two', 1, '0');
      expect(session?.streams).toMatchObject([{ codec: 'PCMU' }]);
      expect(
        peer.log
          .filter(({ text }) => text.startsWith('PRACK'))
          .map((prack) => [row(prack, 'To'), row(prack, 'RAck')]),
      ).toEqual([
        ['<sip:peer@10.0.0.9>;tag=one', `50 ${row(invite, 'CSeq')}`],
        ['<sip:peer@10.0.0.9>;tag=two', `1 ${row(invite, 'CSeq')}`],
      ]);
      // The first fork answers: its own description stands, though the other was heard last.
      peer.respond(invite, 200, { toTag: 'one', headers: ['Contact: <sip:peer@10.0.0.9>'] });
      const call = await world.during(outgoing.answered);
      expect(call.streams).toMatchObject([{ codec: 'PCMA' }]);
      await world.during(call.hangUp());
    }));
});

test('RFC 3262: two of our agents, one of which gives early media, talk before and after the answer (C126, C127)', () =>
  inWorld(async (world) => {
    const alice = await world.agent('alice', ours.host);
    const bob = await world.agent('bob', '10.0.0.2');
    for (const offerless of [false, true]) {
      const outgoing = alice.ua.call('sip:bob@10.0.0.2', { offerless });
      const incoming = await bob.nextCall();
      const media = await world.during(incoming.earlyMedia());
      await world.elapse(50);
      expect(media.streams).toMatchObject([{ codec: 'PCMU' }]);
      expect(alice.media.sessions.at(-1)?.streams).toMatchObject([{ codec: 'PCMU' }]);
      const answered = incoming.accept();
      const call = await world.during(outgoing.answered);
      expect(call.streams).toMatchObject([{ codec: 'PCMU' }]);
      await world.during(answered);
      await world.during(call.hangUp());
    }
  }));
