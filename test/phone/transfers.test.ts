// Handing calls over, from both ends: what is shown is what the other side has told.
import { expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived } from '../../packages/sip/src/testing/scripted-peer.ts';
import { row, sdp } from '../conformance/texts.ts';
import { inPhoneWorld } from './world.ts';
import type { Called, PhoneWorld } from './world.ts';

/** The other side takes a REFER and tells how far it comes. */
async function takesRefer(world: PhoneWorld, peer: Called): Promise<Arrived> {
  const refer = peer.take('REFER');
  peer.respond(refer, 202);
  await world.elapse(20);
  return refer;
}

async function tells(peer: Called, line: string, over = false): Promise<void> {
  await peer.say('NOTIFY', {
    headers: [
      'Event: refer',
      `Subscription-State: ${over ? 'terminated;reason=noresource' : 'active;expires=60'}`,
    ],
    type: 'message/sipfrag;version=2.0',
    body: `SIP/2.0 ${line}\n`,
  });
  peer.take(/^SIP\/2\.0 200/);
}

test('P9: a blind transfer holds, shows that it rings there, and ends the call once it is answered', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const { call } = bob;
    call.transferTo('+1 (415) 555-0100');
    await world.elapse(30);
    await bob.agree('recvonly');
    const refer = await takesRefer(world, bob);
    expect(row(refer, 'Refer-To')).toBe('<sip:+14155550100@10.0.0.9>');
    expect(call.transfer.value).toMatchObject({ is: 'asked', to: { name: '+14155550100' } });
    await tells(bob, '180 Ringing');
    expect(call.transfer.value.is).toBe('ringing');
    await tells(bob, '200 OK', true);
    bob.respond(bob.take('BYE'), 200);
    await world.elapse(20);
    expect(call.phase.value).toMatchObject({ is: 'over', how: 'transferred' });
    expect(opened.phone.history.entries.value).toMatchObject([{ how: 'transferred' }]);
  }));

test('P9: a transfer that fails says why, and the call is back: talked in again', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const { call } = bob;
    call.transferTo('carol');
    await world.elapse(30);
    await bob.agree('recvonly');
    await takesRefer(world, bob);
    await tells(bob, '486 Busy Here', true);
    expect(call.transfer.value).toMatchObject({
      is: 'failed',
      trouble: { name: 'transfer failed', because: 'busy', who: 'carol' },
    });
    await bob.agree('sendrecv', 3);
    expect([call.phase.value.is, call.hold.value]).toEqual(['up', 'off']);
    call.dismiss();
    expect(call.transfer.value.is).toBe('none');
  }));

test('P9: a phone that cannot transfer is said to be one, and the call is back', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    bob.call.transferTo('carol');
    await world.elapse(30);
    await bob.agree('recvonly');
    bob.respond(bob.take('REFER'), 405);
    await world.elapse(30);
    expect(bob.call.transfer.value).toMatchObject({ trouble: { name: 'transfer not taken' } });
    await bob.agree('sendrecv', 3);
    expect(bob.call.hold.value).toBe('off');
  }));

test('P10: who is consulted is called while the other waits; completed, the two go on without us', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone } = opened;
    const bob = await world.talk(opened);
    bob.call.consult('echo');
    await world.elapse(50);
    await bob.agree('recvonly');
    const asked = phone.calls.value[1];
    expect(bob.call.consultation.value).toBe(asked);
    expect(asked?.consults).toBe(bob.call);
    expect(phone.current.value).toBe(asked);
    const invite = world.server.take('INVITE sip:echo');
    world.server.respond(invite, 200, {
      headers: ['Contact: <sip:echo@10.0.0.9:80;transport=ws>', 'Content-Type: application/sdp'],
      body: sdp(),
      toTag: 'echo-tag',
    });
    await world.elapse(50);
    world.server.take('ACK');
    expect(asked?.phase.value.is).toBe('up');
    bob.call.completeTransfer();
    await world.elapse(30);
    const refer = await takesRefer(world, bob);
    const [replaces = ''] = /Replaces=([^>]*)/.exec(row(refer, 'Refer-To'))?.slice(1) ?? [];
    expect(decodeURIComponent(replaces)).toBe(
      `${row(invite, 'Call-ID')};to-tag=echo-tag;from-tag=${/tag=([^;]+)/.exec(row(invite, 'From'))?.[1]}`,
    );
    await tells(bob, '200 OK', true);
    bob.respond(bob.take('BYE'), 200);
    await world.elapse(20);
    world.server.respond(world.server.take('BYE'), 200);
    await world.elapse(20);
    expect(bob.call.phase.value).toMatchObject({ is: 'over', how: 'transferred' });
    expect(asked?.phase.value).toMatchObject({ is: 'over', how: 'transferred' });
  }));

test('P10: the consultation is given up, and the first call is talked in again', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone } = opened;
    const bob = await world.talk(opened);
    bob.call.consult('echo');
    await world.elapse(50);
    await bob.agree('recvonly');
    const invite = world.server.take('INVITE sip:echo');
    world.server.respond(invite, 180);
    await world.elapse(30);
    bob.call.cancelTransfer();
    await world.elapse(30);
    world.server.respond(world.server.take('CANCEL'), 200);
    world.server.respond(invite, 487);
    await bob.agree('sendrecv', 3);
    expect(phone.current.value).toBe(bob.call);
    expect([bob.call.hold.value, bob.call.consultation.value]).toEqual(['off', undefined]);
  }));

test('P11: three hear each other, and are two calls again when they are split', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone, page } = opened;
    const bob = await world.talk(opened);
    const carol = await world.ring(opened);
    carol.call.answer();
    await world.elapse(30);
    await bob.agree('recvonly');
    await carol.answered();
    carol.call.join();
    await world.elapse(30);
    await bob.agree('sendrecv', 3);
    expect([bob.call.joined.value, carol.call.joined.value]).toEqual([true, true]);
    expect(page.mixed.at(-1)).toEqual(page.sessions);
    expect(page.sessions.map(({ muted }) => muted)).toEqual([false, false]);
    expect([bob.call.audible.value, carol.call.audible.value]).toEqual([true, true]);
    phone.calls.value[1]?.split();
    await world.elapse(30);
    await bob.agree('recvonly', 4);
    expect(page.unmixed).toBe(1);
    expect([bob.call.hold.value, carol.call.hold.value]).toEqual(['held', 'off']);
  }));

test('P11: the host leaves, and the two others go on with each other', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const carol = await world.ring(opened);
    carol.call.answer();
    await world.elapse(30);
    await bob.agree('recvonly');
    await carol.answered();
    carol.call.join();
    await world.elapse(30);
    await bob.agree('sendrecv', 3);
    bob.call.leaveTogether();
    await world.elapse(30);
    await bob.agree('recvonly', 4);
    const refer = await takesRefer(world, bob);
    expect(row(refer, 'Refer-To')).toContain(`Replaces=${carol.callId}`);
    await tells(bob, '200 OK', true);
    bob.respond(bob.take('BYE'), 200);
    await world.elapse(20);
    carol.respond(carol.take('BYE'), 200);
    await world.elapse(20);
    expect(opened.phone.history.entries.value.map(({ how }) => how)).toEqual([
      'transferred',
      'transferred',
    ]);
  }));

test('P9: who talks to us may hand us over: the new call is shown and takes the place of the one before', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone } = opened;
    const bob = await world.talk(opened);
    await bob.say('REFER', { headers: ['Refer-To: <sip:echo@10.0.0.9>'] });
    bob.take(/^SIP\/2\.0 200 .*REFER/s);
    await world.elapse(30);
    const invite = world.server.take('INVITE sip:echo');
    expect(headerRows(invite.text, 'Call-ID')).not.toEqual([bob.callId]);
    expect(phone.current.value?.with.value.name).toBe('Echo');
    world.server.respond(invite, 200, {
      headers: ['Contact: <sip:echo@10.0.0.9:80;transport=ws>', 'Content-Type: application/sdp'],
      body: sdp(),
    });
    await world.elapse(50);
    await bob.agree('recvonly');
    expect(phone.current.value?.phase.value.is).toBe('up');
    await bob.hangUp();
    expect(bob.call.phase.value).toMatchObject({ is: 'over', how: 'transferred' });
  }));

test('P10: a call that comes in place of one of ours is taken over without ringing', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone, page } = opened;
    const bob = await world.talk(opened);
    const ourTag = /tag=([^;]+)/.exec(row(bob.invite, 'From'))?.[1] ?? '';
    const carol = await world.ring(opened, {
      headers: [
        `Replaces: ${bob.callId};to-tag=${ourTag};from-tag=peer`,
        'Referred-By: <sip:bob@10.0.0.9>',
        'Require: replaces',
      ],
    });
    await carol.answered();
    expect(page.ringer.played).not.toContain('ringing');
    expect(phone.current.value).toBe(carol.call);
    bob.respond(bob.take('BYE'), 200);
    await world.elapse(20);
    expect(bob.call.phase.value).toMatchObject({ is: 'over', how: 'transferred' });
    expect(carol.call.phase.value.is).toBe('up');
  }));
