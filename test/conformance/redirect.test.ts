// Requests that are redirected, or refused for what can be mended (RFC 3261 §8.1.3.4, §8.1.3.5, §8.2.4).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerWith, incomingCall, peerHangsUp } from './calls.ts';
import { request, row, sdp } from './texts.ts';
import { firstLine, inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const target = 'sip:peer@10.0.0.9';
const ours = { host: '10.0.0.1', port: 5060 };

async function pair(
  world: World,
  options = {},
): Promise<{ readonly alice: Agent; readonly peer: ScriptedPeer }> {
  return {
    alice: await world.agent('alice', ours.host, options),
    peer: await world.peer('10.0.0.9'),
  };
}

function requests(peer: ScriptedPeer, method: string): readonly Arrived[] {
  return peer.log.filter(({ text }) => text.startsWith(`${method} `));
}

describe('A redirect', () => {
  test('RFC 3261 §8.1.3.4: is followed by q, with a new branch and the next CSeq, and nothing is tried twice (C084)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      peer.when('INVITE', (invite) => {
        const [where = ''] = firstLine(invite.text).split(' ').slice(1);
        if (where === target) {
          const contacts = [
            '<sip:third@10.0.0.9>;q=0.1',
            '<sip:first@10.0.0.9;method=BYE?From=x&Route=y>;q=0.9',
            `<${target}>`,
            '<sip:second@10.0.0.9>;q=0.5',
          ];
          peer.respond(invite, 302, { headers: [`Contact: ${contacts.join(', ')}`], toTag: 'a' });
        } else if (where.startsWith('sip:first')) {
          const back = '<sip:SECOND@10.0.0.9>, <sip:first@10.0.0.9>, <tel:+1>;q=0.2';
          peer.respond(invite, 301, { headers: [`Contact: ${back}`], toTag: 'b' });
        } else if (where.startsWith('sip:SECOND')) peer.respond(invite, 486, { toTag: 'c' });
        else if (where.startsWith('sip:second')) peer.respond(invite, 503, { toTag: 'd' });
        else answerWith(peer, invite, sdp(), 'e');
      });
      const call = await world.during(alice.ua.call(target).answered);
      await world.elapse(20);
      const invites = requests(peer, 'INVITE');
      expect(invites.map(({ text }) => firstLine(text).split(' ')[1])).toEqual([
        target,
        'sip:first@10.0.0.9',
        'sip:SECOND@10.0.0.9',
        'sip:second@10.0.0.9',
        'sip:third@10.0.0.9',
      ]);
      for (const invite of invites) {
        expect(row(invite, 'To')).toBe(`<${target}>`);
        expect(headerRows(invite.text, 'Route')).toEqual([]);
      }
      const different = (name: string): number => new Set(invites.map((i) => row(i, name))).size;
      expect([
        different('Via'),
        different('CSeq'),
        different('Call-ID'),
        different('From'),
      ]).toEqual([5, 5, 1, 1]);
      expect(row(requests(peer, 'ACK').at(-1) as Arrived, 'CSeq')).toBe('5 ACK');
      void call.hangUp();
      await world.elapse(20);
      const bye = peer.take('BYE');
      expect(row(bye, 'CSeq')).toBe('6 BYE');
      peer.respond(bye, 200);
    }));

  test('RFC 3261 §8.1.3.4: that leads nowhere new is the answer, and so is a 6xx on the way (C084)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const loop = alice.ua.message(target, 'hello');
      await world.elapse(20);
      peer.respond(peer.take('MESSAGE'), 302, { headers: [`Contact: <${target}>`] });
      await expect(world.during(loop)).rejects.toMatchObject({ status: 302 });
      const declined = alice.ua.message(target, 'hello');
      await world.elapse(20);
      const contacts = '<sip:b@10.0.0.9>, <sip:c@10.0.0.9>;q=0.5';
      peer.respond(peer.take('MESSAGE'), 302, { headers: [`Contact: ${contacts}`] });
      await world.elapse(20);
      peer.respond(peer.take('MESSAGE sip:b@10.0.0.9 '), 603);
      await expect(world.during(declined)).rejects.toMatchObject({ status: 603 });
    }));

  test('RFC 3261 §8.1.3.4: without end is followed to ten addresses (C084)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      let count = 0;
      peer.when('MESSAGE', (message) => {
        count += 1;
        peer.respond(message, 302, { headers: [`Contact: <sip:u${count}@10.0.0.9>`] });
      });
      await expect(world.during(alice.ua.message(target, 'hello'))).rejects.toMatchObject({
        status: 302,
      });
      expect(count).toBe(10);
    }));

  test('RFC 5630 §5.1.1.1: from sips leads to sips only; one that is not to be followed is handed on (C084)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world, { redirects: 'refuse' });
      const handed = alice.ua.call(target);
      await world.elapse(20);
      const headers = ['Contact: <sip:b@10.0.0.9>'];
      peer.respond(peer.take('INVITE'), 302, { headers });
      await expect(world.during(handed.answered)).rejects.toMatchObject({ status: 302 });
      const bob = await world.agent('bob', '10.0.0.2', { protocol: 'TLS', port: 5061 });
      const secure = await world.peer('10.0.0.9', 'TLS', 5061);
      const kept = bob.ua.options('sips:peer@10.0.0.9');
      await world.elapse(100);
      secure.respond(secure.take('OPTIONS'), 302, { headers });
      expect((await world.during(kept)).status).toBe(302);
      expect(requests(secure, 'OPTIONS').length).toBe(1);
    }));

  test('RFC 3261 §9.1: a call that is given up is not tried elsewhere', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const call = alice.ua.call(target);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 180);
      await world.elapse(20);
      call.cancel();
      await world.elapse(20);
      peer.respond(peer.take('CANCEL'), 200);
      peer.respond(invite, 302, { headers: ['Contact: <sip:b@10.0.0.9>'] });
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      expect(requests(peer, 'INVITE').length).toBe(1);
    }));
});

describe('A refusal that says why', () => {
  test('RFC 3261 §8.1.3.5: 420 leads to one retry without what is not known (C083)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const headers = [['Require', 'foo, 100rel, BAR']] as const;
      const call = alice.ua.call(target, { headers });
      await world.elapse(20);
      const first = peer.take('INVITE');
      peer.respond(first, 420, { headers: ['Unsupported: foo, bar, timer'] });
      await world.elapse(20);
      const second = peer.take('INVITE');
      expect(row(second, 'Require')).toBe('100rel');
      expect(row(second, 'Supported')).not.toContain('timer');
      expect([row(second, 'CSeq'), row(second, 'Call-ID')]).toEqual([
        '2 INVITE',
        row(first, 'Call-ID'),
      ]);
      peer.respond(second, 420, { headers: ['Unsupported: 100rel'] });
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 420 });
      expect(requests(peer, 'INVITE').length).toBe(2);
    }));

  for (const status of [413, 415, 416, 420]) {
    test(`RFC 3261 §8.1.3.5: ${status} that nothing can be done about is the answer (C083)`, () =>
      inWorld(async (world) => {
        const { alice, peer } = await pair(world);
        const call = alice.ua.call(target);
        await world.elapse(20);
        peer.respond(peer.take('INVITE'), status, { headers: ['Accept: text/plain'] });
        await expect(world.during(call.answered)).rejects.toMatchObject({ status });
        expect(requests(peer, 'INVITE').length).toBe(1);
      }));
  }
});

describe('An extension that must be applied', () => {
  test('RFC 3261 §8.2.4, §21.4.16: 421 tells the caller which one it must know (C090)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world, { requires: ['100rel'] });
      const about = { uri: 'sip:alice@10.0.0.1', body: sdp() };
      const listed = (header: string): string =>
        request(peer.address, {
          ...about,
          callId: header.replaceAll(/\W/g, ''),
          headers: [header],
        });
      peer.send(listed('Supported: timer'), ours);
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 421');
      expect(row(refused, 'Require')).toBe('100rel');
      for (const header of ['Supported: 100REL', 'Require: 100rel']) {
        peer.send(listed(header), ours);
        (await alice.nextCall()).reject(486);
        await world.elapse(20);
        peer.take('SIP/2.0 486');
      }
      await world.elapse(40_000);
    }));

  test('RFC 3261 §8.2.4: what a caller does not list is not used (C090)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world);
      const answer = standing.accepted?.text ?? '';
      expect([headerRows(answer, 'Require'), headerRows(answer, 'RSeq')]).toEqual([[], []]);
      expect(headerRows(answer, 'Session-Expires')).toEqual([]);
      await peerHangsUp(world, standing);
    }));
});
