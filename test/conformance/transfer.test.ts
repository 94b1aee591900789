// Transfers (RFC 3515, RFC 5589): asked for by us, asked of us, and all three parties ours.
import { describe, expect, test } from 'vitest';
import type { Arrived } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { TransferRequest } from '../../packages/sip/src/ua/transfer-request.ts';
import type { ReferredStatus } from '../../packages/sip/src/subscription/sipfrag.ts';
import { bodyOf, fromCallee, request, row } from './texts.ts';
import { answerWith, incomingCall, outgoingCall, peerHangsUp } from './calls.ts';
import type { Standing } from './calls.ts';
import { giveUp, inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };

/** The peer tells how far the new call has come. */
function tell({ say }: Standing, line: string, state = 'active;expires=60', event = 'refer'): void {
  say('NOTIFY', {
    headers: [`Event: ${event}`, `Subscription-State: ${state}`],
    type: 'message/sipfrag;version=2.0',
    body: `${line}\n`,
  });
}

const last = 'terminated;reason=noresource';

/** We asked for a transfer, and the peer has the REFER. */
async function asked(world: World): Promise<
  Standing & {
    readonly refer: Arrived;
    readonly told: ReferredStatus[];
    readonly transferred: Promise<ReferredStatus>;
  }
> {
  const standing = await outgoingCall(world);
  const told: ReferredStatus[] = [];
  const transferred = standing.call.transfer('sip:carol@10.0.0.3', {
    onProgress: (status) => told.push(status),
  });
  transferred.catch(() => undefined);
  await world.elapse(20);
  return { ...standing, refer: standing.peer.take('REFER'), told, transferred };
}

describe('A transfer that we ask for', () => {
  test('RFC 3515 §2.4.5, RFC 5589 §6.1: is done when the last NOTIFY says so, not before, and then we hang up', () =>
    inWorld(async (world) => {
      const standing = await asked(world);
      const { peer, refer, told, transferred, call } = standing;
      expect(row(refer, 'Refer-To')).toBe('<sip:carol@10.0.0.3>');
      expect(row(refer, 'Referred-By')).toBe('<sip:alice@10.0.0.1>');
      expect(row(refer, 'Contact')).toBe('<sip:alice@10.0.0.1:5060>');
      expect(row(refer, 'Call-ID')).toBe(call.dialog.id.callId);
      tell(standing, 'SIP/2.0 100 Trying');
      await world.elapse(20);
      peer.respond(refer, 202);
      tell(standing, 'SIP/2.0 180 Ringing');
      await world.elapse(5000);
      expect(told).toEqual([
        { status: 100, reason: 'Trying' },
        { status: 180, reason: 'Ringing' },
      ]);
      peer.take('SIP/2.0 200');
      tell(standing, 'SIP/2.0 200 OK', last);
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      expect(await world.during(transferred)).toEqual({ status: 200, reason: 'OK' });
      expect((await call.ended).cause).toBe('bye');
    }));

  test('RFC 3515 §2.4.5: that fails is an error with the status, and the call goes on', () =>
    inWorld(async (world) => {
      const standing = await asked(world);
      const { peer, refer, transferred, call } = standing;
      peer.respond(refer, 202);
      tell(
        standing,
        'SIP/2.0 100 Trying',
        'active;expires=60',
        `refer;id=${row(refer, 'CSeq').split(' ')[0]}`,
      );
      tell(standing, 'SIP/2.0 486 Busy Here', last);
      await expect(world.during(transferred)).rejects.toMatchObject({
        code: 'SIP_REJECTED',
        status: 486,
        message: 'The transfer failed: 486 Busy Here',
      });
      expect(call.dialog.state).toBe('Confirmed');
      await peerHangsUp(world, standing);
    }));

  test('RFC 3515 §2.4.2: that is refused is an error with the status, and the call goes on', () =>
    inWorld(async (world) => {
      const standing = await asked(world);
      standing.peer.respond(standing.refer, 603);
      await expect(world.during(standing.transferred)).rejects.toMatchObject({
        code: 'SIP_REJECTED',
        status: 603,
      });
      tell(standing, 'SIP/2.0 200 OK');
      await world.elapse(20);
      standing.peer.take('SIP/2.0 481');
      await peerHangsUp(world, standing);
    }));

  test('RFC 6665 §4.1.2.4: that nobody tells of is an error after Timer N', () =>
    inWorld(async (world) => {
      const standing = await asked(world);
      standing.peer.respond(standing.refer, 202);
      await expect(world.during(standing.transferred)).rejects.toMatchObject({
        code: 'SIP_TIMEOUT',
        message: 'The peer took the transfer, but did not say what became of it',
      });
      await peerHangsUp(world, standing);
    }));

  test('RFC 3515 §2.4.7: that ends without a final status is an error', () =>
    inWorld(async (world) => {
      const standing = await asked(world);
      standing.peer.respond(standing.refer, 202);
      tell(standing, 'SIP/2.0 100 Trying');
      tell(standing, 'SIP/2.0 180 Ringing', 'terminated;reason=timeout');
      await expect(world.during(standing.transferred)).rejects.toMatchObject({
        code: 'SIP_TIMEOUT',
      });
      await peerHangsUp(world, standing);
    }));

  test('RFC 5057 §4.1: goes on being told after the peer has hung up; the dialog lives until the last NOTIFY', () =>
    inWorld(async (world) => {
      const standing = await asked(world);
      const { agent, peer, refer, transferred } = standing;
      peer.respond(refer, 202);
      tell(standing, 'SIP/2.0 100 Trying');
      await peerHangsUp(world, standing);
      expect(agent.ua.load.dialogs).toBe(1);
      tell(standing, 'SIP/2.0 200 OK', last);
      expect(await world.during(transferred)).toMatchObject({ status: 200 });
      expect(agent.ua.load.dialogs).toBe(0);
    }));

  test('RFC 5589 §7.3, RFC 3891 §4: to the peer of another call names its dialog as that peer sees it', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { agent, peer, call } = standing;
      const carol = await world.peer('10.0.0.3');
      const consulting = agent.ua.call('sip:carol@10.0.0.3');
      await world.elapse(20);
      const invite = carol.take('INVITE');
      carol.respond(invite, 200, {
        toTag: 'c1',
        headers: ['Contact: <sip:carol@10.0.0.3:5060;x=1>', 'Content-Type: application/sdp'],
        body: bodyOf(invite),
      });
      const other = await world.during(consulting.answered);
      const transferred = call.transfer(other);
      await world.elapse(20);
      const refer = peer.take('REFER');
      const replaces = `${row(invite, 'Call-ID')};to-tag=c1;from-tag=${other.dialog.id.localTag}`;
      expect(row(refer, 'Refer-To')).toBe(
        `<sip:carol@10.0.0.3:5060;x=1?Replaces=${encodeURIComponent(replaces)}>`,
      );
      peer.respond(refer, 200);
      tell(standing, 'SIP/2.0 200 OK', last);
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(transferred);
      carol.send(fromCallee(carol.address, invite, { method: 'BYE', tag: 'c1', cseq: 9 }), ours);
      await world.during(other.ended);
      await world.elapse(20);
    }));

  test('RFC 5589 §7.6: to whom a call still rings for gives that call up first', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { agent, peer, call } = standing;
      const carol = await world.peer('10.0.0.3');
      const ringing = agent.ua.call('sip:carol@10.0.0.3');
      await world.elapse(20);
      const invite = carol.take('INVITE');
      carol.respond(invite, 180);
      await world.elapse(20);
      const transferred = call.transfer(ringing);
      await world.elapse(20);
      expect(peer.untaken).toEqual([]);
      carol.respond(carol.take('CANCEL'), 200);
      carol.respond(invite, 487);
      await world.elapse(20);
      const refer = peer.take('REFER');
      expect(row(refer, 'Refer-To')).toBe('<sip:carol@10.0.0.3>');
      peer.respond(refer, 200);
      tell(standing, 'SIP/2.0 200 OK', last);
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await world.during(transferred);
    }));

  test('RFC 4538 §4: outside a dialog it shows a call that both have, and RFC 4488 §4 ends it at once', () =>
    inWorld(async (world) => {
      const standing = await outgoingCall(world);
      const { agent, peer, call } = standing;
      const referred = agent.ua.refer('sip:peer@10.0.0.9', 'sip:carol@10.0.0.3', { of: call });
      await world.elapse(20);
      const refer = peer.take('REFER');
      const { callId, localTag } = call.dialog.id;
      expect(row(refer, 'Target-Dialog')).toBe(`${callId};local-tag=${localTag};remote-tag=peer`);
      expect(row(refer, 'Require')).toBe('tdialog');
      peer.respond(refer, 200, { headers: ['Refer-Sub: false'] });
      expect(await world.during(referred)).toMatchObject({ status: 200 });
      await peerHangsUp(world, standing);
    }));
});

describe('A REFER to us', () => {
  const wanted: TransferRequest[] = [];
  const decide = (transfer: TransferRequest): void => {
    wanted.push(transfer);
  };

  test('RFC 3515 §2.4.2: without Refer-To, with two, with what is no call, it is refused (C186)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { transfers: decide });
      const before = wanted.length;
      for (const [status, ...headers] of [
        ['400'],
        ['400', 'Refer-To: <sip:a@b>', 'r: <sip:c@d>'],
        ['400', 'Refer-To: <sip:a@b'],
        ['416', 'Refer-To: <tel:+14155550100>'],
        ['603', 'Refer-To: <sip:a@b;method=BYE>'],
        ['603', 'Refer-To: <sip:a@b?Replaces=x&Replaces=y>'],
      ]) {
        standing.say('REFER', { headers });
        await world.elapse(20);
        standing.peer.take(new RegExp(`^SIP/2\\.0 ${status} `));
      }
      expect(wanted.length).toBe(before);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3515 §2.4.4-2.4.7, RFC 7647 §5: accepted with 200, told at once, and told the last with noresource (C186)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { transfers: decide });
      const { say, peer } = standing;
      const carol = await world.peer('10.0.0.3');
      say('REFER', {
        headers: ['Refer-To: <sip:carol@10.0.0.3>', 'Referred-By: <sip:peer@example.com>'],
      });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      const first = peer.take('NOTIFY');
      peer.respond(first, 200);
      expect([row(first, 'Event'), row(first, 'Subscription-State'), bodyOf(first)]).toEqual([
        'refer',
        'active;expires=300',
        'SIP/2.0 100 Trying\r\n',
      ]);
      expect(row(first, 'Content-Type')).toBe('message/sipfrag;version=2.0');
      const transfer = wanted.at(-1);
      expect([transfer?.target, transfer?.attended]).toEqual(['sip:carol@10.0.0.3', false]);
      const outgoing = transfer?.follow();
      await world.elapse(20);
      const invite = carol.take('INVITE');
      expect(row(invite, 'Referred-By')).toBe('<sip:peer@example.com>');
      carol.respond(invite, 180);
      await world.elapse(20);
      const ringing = peer.take('NOTIFY');
      expect(bodyOf(ringing)).toBe('SIP/2.0 180 Scripted\r\n');
      peer.respond(ringing, 200);
      answerWith(carol, invite);
      const call = await world.during(outgoing?.answered ?? Promise.reject(new Error('none')));
      await world.elapse(20);
      const done = peer.take('NOTIFY');
      expect([row(done, 'Subscription-State'), bodyOf(done)]).toEqual([last, 'SIP/2.0 200 OK\r\n']);
      peer.respond(done, 200);
      await peerHangsUp(world, standing);
      void call.hangUp();
      await world.elapse(20);
      // Its answer named the peer as the one to talk to.
      peer.respond(peer.take('BYE'), 200);
    }));

  test('RFC 3515 §2.4.6: the NOTIFYs of a second one in the dialog carry its CSeq as id (C187)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { transfers: decide });
      const { say, peer } = standing;
      for (const expected of [['refer'], ['refer;id=3']]) {
        say('REFER', { headers: ['Refer-To: <sip:nobody@10.0.0.8>'] });
        await world.elapse(20);
        peer.take('SIP/2.0 200');
        const first = peer.take('NOTIFY');
        peer.respond(first, 200);
        wanted.at(-1)?.reject();
        await world.elapse(20);
        const done = peer.take('NOTIFY');
        peer.respond(done, 200);
        expect([row(first, 'Event'), row(done, 'Event')]).toEqual([expected[0], expected[0]]);
        expect(bodyOf(done)).toBe('SIP/2.0 603 Decline\r\n');
      }
      await peerHangsUp(world, standing);
    }));

  test('RFC 3515 §2.4.4: a SUBSCRIBE to refer without its REFER gets 403, with it it refreshes (C187)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { transfers: decide });
      const { agent, say, peer } = standing;
      agent.ua.onSubscription('presence', { types: ['text/plain'] }, () => undefined);
      const subscribe = { headers: ['Event: refer', 'Expires: 100'] };
      say('SUBSCRIBE', subscribe);
      await world.elapse(20);
      peer.take('SIP/2.0 403');
      say('REFER', { headers: ['Refer-To: <sip:nobody@10.0.0.8>'] });
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      peer.respond(peer.take('NOTIFY'), 200);
      say('SUBSCRIBE', subscribe);
      await world.elapse(20);
      expect(row(peer.take('SIP/2.0 200'), 'Expires')).toBe('100');
      const again = peer.take('NOTIFY');
      expect(row(again, 'Subscription-State')).toBe('active;expires=100');
      peer.respond(again, 200);
      wanted.at(-1)?.reject(486);
      await world.elapse(20);
      peer.respond(peer.take('NOTIFY'), 200);
      await peerHangsUp(world, standing);
    }));

  test('RFC 3261 §19.1.5: what else stands in Refer-To is data (A13, C025)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { transfers: 'follow' });
      const { say, peer } = standing;
      const carol = await world.peer('10.0.0.3');
      const headers = [
        'From=%3Csip:boss@x%3E',
        'Call-ID=1',
        'CSeq=7',
        'Route=%3Csip:10.0.0.8%3E',
        'Via=x',
      ];
      say('REFER', {
        headers: [`Refer-To: <sip:carol,var=1@10.0.0.3;method=INVITE?${headers.join('&')}>`],
      });
      await world.elapse(20);
      peer.respond(peer.take('NOTIFY'), 200);
      const invite = carol.take('INVITE sip:carol,var=1@10.0.0.3 SIP/2.0');
      expect(row(invite, 'From')).toMatch(/^<sip:alice@10\.0\.0\.1>;tag=/);
      expect(row(invite, 'Call-ID')).not.toBe('1');
      expect(invite.text).not.toMatch(/^Route:/m);
      expect(row(invite, 'Via')).toMatch(/^SIP\/2\.0\/UDP 10\.0\.0\.1/);
      carol.respond(invite, 486);
      await world.elapse(20);
      const done = peer.take('NOTIFY');
      expect(bodyOf(done)).toBe('SIP/2.0 486 Busy Here\r\n');
      peer.respond(done, 200);
      await peerHangsUp(world, standing);
    }));

  test('RFC 4488 §4: without a subscription it is followed all the same, and nobody is told', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { transfers: 'follow' });
      const { say, peer } = standing;
      const carol = await world.peer('10.0.0.3');
      say('REFER', { headers: ['Refer-To: <sip:carol@10.0.0.3>', 'Refer-Sub: false'] });
      await world.elapse(20);
      expect(row(peer.take('SIP/2.0 200'), 'Refer-Sub')).toBe('false');
      carol.respond(carol.take('INVITE'), 486);
      await world.elapse(20);
      expect(peer.untaken).toEqual([]);
      await peerHangsUp(world, standing);
    }));

  test('is refused with 405 unless the application allows it; who follows follows no stranger, but one who shows a call (RFC 4538 §4)', () =>
    inWorld(async (world) => {
      const deaf = await incomingCall(world);
      deaf.say('REFER', { headers: ['Refer-To: <sip:carol@10.0.0.3>'] });
      await world.elapse(20);
      expect(row(deaf.peer.take('SIP/2.0 405'), 'Allow')).not.toContain('REFER');
      await peerHangsUp(world, deaf);
      await world.during(deaf.agent.ua.close());
      await deaf.peer.close();
      const standing = await incomingCall(world, { transfers: 'follow' });
      const { peer, call } = standing;
      const about = { method: 'REFER', uri: 'sip:alice@10.0.0.1', callId: 'r' };
      const headers = ['Refer-To: <sip:carol@10.0.0.3>'];
      peer.send(request(peer.address, { ...about, headers }), ours);
      await world.elapse(20);
      peer.take('SIP/2.0 403');
      const carol = await world.peer('10.0.0.3');
      const { callId, localTag, remoteTag } = call.dialog.id;
      const shown = `Target-Dialog: ${callId};local-tag=${remoteTag};remote-tag=${localTag}`;
      peer.send(
        request(peer.address, { ...about, callId: 'r2', headers: [...headers, shown] }),
        ours,
      );
      await world.elapse(20);
      peer.take('SIP/2.0 200');
      peer.respond(peer.take('NOTIFY'), 200);
      carol.respond(carol.take('INVITE'), 486);
      await world.elapse(20);
      peer.respond(peer.take('NOTIFY'), 200);
      await peerHangsUp(world, standing);
    }));

  test('nobody who asks for one transfer after another gets more than the dialog holds (X27)', () =>
    inWorld(async (world) => {
      const standing = await incomingCall(world, { transfers: decide });
      const { say, peer } = standing;
      peer.when('NOTIFY', (notify) => peer.respond(notify, 200));
      for (let count = 0; count < 40; count += 1) {
        say('REFER', { headers: ['Refer-To: <sip:nobody@10.0.0.8>'] });
      }
      await world.elapse(20);
      const statuses = peer.untaken.map(({ text }) => text.slice(8, 11));
      expect(statuses.filter((status) => status === '200').length).toBe(15);
      expect(statuses.filter((status) => status === '503').length).toBe(25);
      peer.untaken.slice().forEach(() => peer.take('SIP/2.0'));
      await peerHangsUp(world, standing);
      await world.elapse(300_000);
    }));
});

describe('Three user agents of ours', () => {
  async function three(world: World): Promise<readonly [Agent, Agent, Agent]> {
    return [
      await world.agent('alice', '10.0.0.1'),
      await world.agent('bob', '10.0.0.2', { transfers: 'follow' }),
      await world.agent('carol', '10.0.0.3'),
    ];
  }

  test('RFC 5589 §6.1: alice hands bob over to carol', () =>
    inWorld(async (world) => {
      const [alice, bob, carol] = await three(world);
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      const atBob = await world.during((await bob.nextCall()).accept());
      const call = await world.during(outgoing.answered);
      const transferred = call.transfer('sip:carol@10.0.0.3');
      const incoming = await carol.nextCall();
      incoming.ring();
      await world.elapse(1000);
      const atCarol = await world.during(incoming.accept());
      expect(await world.during(transferred)).toEqual({ status: 200, reason: 'OK' });
      expect((await atBob.ended).by).toBe('remote');
      expect(incoming.from.uri).toMatchObject({ user: 'bob' });
      await world.during(atCarol.hangUp());
    }));

  test('RFC 5589 §7.3, RFC 3891 §3: alice asks carol first, and then hands bob over to her', () =>
    inWorld(async (world) => {
      const [alice, bob, carol] = await three(world);
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      const atBob = await world.during((await bob.nextCall()).accept());
      const call = await world.during(outgoing.answered);
      const consulting = alice.ua.call('sip:carol@10.0.0.3');
      const consulted = await world.during((await carol.nextCall()).accept());
      const other = await world.during(consulting.answered);
      const transferred = call.transfer(other);
      const incoming = await carol.nextCall();
      expect(incoming.replaces).toEqual(consulted.dialog.id);
      const atCarol = await world.during(incoming.accept());
      await world.during(transferred);
      expect((await world.during(consulted.ended)).by).toBe('local');
      expect((await world.during(other.ended)).by).toBe('remote');
      await world.during(atBob.ended);
      await world.during(atCarol.hangUp());
    }));

  test('RFC 3515 §2.4.5: carol is busy, and bob is back with alice', () =>
    inWorld(async (world) => {
      const [alice, bob, carol] = await three(world);
      const outgoing = alice.ua.call('sip:bob@10.0.0.2');
      await world.during((await bob.nextCall()).accept());
      const call = await world.during(outgoing.answered);
      const transferred = call.transfer('sip:carol@10.0.0.3');
      transferred.catch(() => undefined);
      (await carol.nextCall()).reject(486);
      await expect(world.during(transferred, giveUp)).rejects.toMatchObject({ status: 486 });
      await world.during(call.hold());
      await world.during(call.hangUp());
    }));
});
