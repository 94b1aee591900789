// The calls of the phone: dialled, ringing, up, held, and each state shown only once the protocol has confirmed it.
import { expect, test } from 'vitest';
import { sdp, sdpLine } from '../conformance/texts.ts';
import { inPhoneWorld, lastMedia } from './world.ts';

test('P1: once the page is open the phone registers by itself and says that it is ready', () =>
  inPhoneWorld(async (world) => {
    const { phone } = await world.open();
    expect(phone.line.value).toBe('ready');
    expect(phone.banner.value).toBeUndefined();
    expect(phone.me.value?.address).toBe('sip:alice@10.0.0.9');
    expect(world.registrations).toHaveLength(1);
    expect(phone.contacts.entries.value.map(({ name }) => name)).toEqual(['Bob', 'Echo']);
  }));

test.each([
  ['+1 (415) 555-0100', 'sip:+14155550100@10.0.0.9'],
  ['bob', 'sip:bob@10.0.0.9'],
  ['Echo', 'sip:echo@10.0.0.9'],
  ['carol@example.org', 'sip:carol@example.org'],
  ['sip:dave@example.net;transport=tcp', 'sip:dave@example.net;transport=tcp'],
])('P3: %s typed and called is %s on the wire', (typed, uri) =>
  inPhoneWorld(async (world) => {
    const { phone } = await world.open();
    phone.dial.text.value = typed;
    phone.dial.call();
    await world.elapse(50);
    expect(world.server.take('INVITE').text).toMatch(
      new RegExp(`^INVITE ${uri.replace('+', String.raw`\+`)} `),
    );
    expect(phone.dial.text.value).toBe('');
  }),
);

test('P6: a call rings and is up only when the other side has said so, and ends by BYE', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.call(opened);
    const { call } = bob;
    expect(call.phase.value.is).toBe('calling');
    expect(call.with.value.name).toBe('Bob');
    await bob.ringBack();
    expect(call.phase.value).toEqual({ is: 'ringing there', media: false });
    expect(opened.page.ringer.playing).toBe('ringback');
    await bob.answer();
    expect(call.phase.value).toMatchObject({ is: 'up' });
    expect(opened.page.ringer.playing).toBeUndefined();
    expect(opened.phone.current.value).toBe(call);
    call.hangUp();
    await world.elapse(20);
    expect(call.phase.value.is).toBe('ending');
    bob.respond(bob.take('BYE'), 200);
    await world.elapse(20);
    expect(call.phase.value).toMatchObject({ is: 'over', how: 'answered' });
    await world.elapse(5000);
    expect(opened.phone.calls.value).toEqual([]);
    expect(opened.phone.history.entries.value).toMatchObject([
      { how: 'answered', direction: 'outgoing', with: { name: 'Bob' } },
    ]);
  }));

test('P5: a call to us rings with the name, is noted by the system, and is answered there', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { page, phone } = opened;
    const carol = await world.ring(opened);
    carol.take('SIP/2.0 180');
    expect(carol.call.phase.value.is).toBe('ringing here');
    expect(carol.call.with.value.name).toBe('Carol Jones');
    expect(page.ringer.playing).toBe('ringing');
    expect(page.notifications.shown).toMatchObject([{ title: 'Carol Jones is calling' }]);
    page.notifications.press(carol.call.id, 'answer');
    expect(carol.call.phase.value.is).toBe('answering');
    await carol.answered();
    expect(carol.call.phase.value.is).toBe('up');
    expect([page.ringer.playing, page.notifications.closed]).toEqual([undefined, [carol.call.id]]);
    await carol.hangUp();
    expect(carol.call.phase.value).toMatchObject({ is: 'over', how: 'answered' });
    expect(phone.history.entries.value[0]).toMatchObject({ how: 'answered', fresh: false });
  }));

test('P5: what nobody answers is missed; a click is asked for when the browser keeps silent', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { page, phone } = opened;
    page.ringer.blocked = true;
    const carol = await world.ring(opened);
    expect(phone.silenced.value).toBe(true);
    page.ringer.blocked = false;
    phone.unsilence();
    await world.elapse(1);
    expect([phone.silenced.value, page.ringer.playing]).toEqual([false, 'ringing']);
    await carol.cancel();
    expect(carol.call.phase.value).toMatchObject({ is: 'over', how: 'missed' });
    expect(phone.history.freshCount.value).toBe(1);
    phone.history.seen();
    expect(phone.history.freshCount.value).toBe(0);
  }));

test('P7: hold is shown once it is agreed, and our microphone is shut before that', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const { call } = bob;
    const media = lastMedia(opened);
    call.holdIt();
    expect([call.hold.value, media.muted]).toEqual(['holding', true]);
    await world.elapse(30);
    const invite = await bob.agree('recvonly');
    expect(sdpLine(invite, 'a=send')).toBe('a=sendonly');
    expect([call.hold.value, call.heldByThem.value]).toEqual(['held', false]);
    expect([...opened.page.soothed]).toEqual([media]);
    call.resume();
    await world.elapse(30);
    expect([call.hold.value, media.muted]).toEqual(['resuming', true]);
    await bob.agree('sendrecv', 3);
    expect([call.hold.value, media.muted, opened.page.soothed.size]).toEqual(['off', false, 0]);
  }));

test('P7: a hold that the other side refuses is shown, and tried again with one press', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const { call } = bob;
    call.holdIt();
    await world.elapse(30);
    bob.respond(bob.take('INVITE'), 488);
    await world.elapse(30);
    expect([call.hold.value, call.phase.value.is]).toEqual(['off', 'up']);
    expect(call.trouble.value).toMatchObject({
      name: 'hold failed',
      action: 'try again',
      status: 488,
    });
    expect(lastMedia(opened).muted).toBe(false);
    bob.take('ACK');
    opened.phone.mend({ name: 'hold failed', action: 'try again' }, call);
    await world.elapse(30);
    await bob.agree('recvonly');
    expect([call.hold.value, call.trouble.value]).toEqual(['held', undefined]);
  }));

test('P7: held by the other side is shown, and ends with it', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    await bob.say('INVITE', { body: sdp({ direction: 'sendonly', version: 2 }) });
    expect(sdpLine(bob.take(/^SIP\/2\.0 200/), 'a=recv')).toBe('a=recvonly');
    await bob.say('ACK', { cseq: 101 });
    expect(bob.call.heldByThem.value).toBe(true);
    await bob.say('INVITE', { cseq: 103, body: sdp({ version: 3 }) });
    await bob.say('ACK', { cseq: 103 });
    expect(bob.call.heldByThem.value).toBe(false);
  }));

test('P6: muted is muted, and who talks all the same is told so', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { call } = await world.talk(opened);
    const media = lastMedia(opened);
    call.mute(true);
    expect(media.muted).toBe(true);
    media.tell('level', { local: 0.5, remote: 0 });
    expect(call.talkingWhileMuted.value).toBe(false);
    for (const local of [0.5, 0.4]) media.tell('level', { local, remote: 0 });
    expect(call.talkingWhileMuted.value).toBe(true);
    await world.elapse(2100);
    expect(call.talkingWhileMuted.value).toBe(false);
    call.mute(false);
    expect(media.muted).toBe(false);
  }));

test('P6: keys go out as events, or by INFO where nobody agreed on events', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const media = lastMedia(opened);
    bob.call.press('12#');
    await world.elapse(10);
    expect([media.keys, bob.call.keys.value]).toEqual(['12#', '12#']);
    media.keyFault = new Error('no telephone-event');
    bob.call.press('*');
    await world.elapse(20);
    const info = bob.take('INFO');
    expect(info.text).toContain('Signal=*');
    bob.respond(info, 200);
    await world.elapse(20);
    expect(bob.call.keys.value).toBe('12#*');
  }));

test('P6: another microphone is taken in the call without a word on the wire', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    opened.phone.devices.choose('microphone', 'headset');
    await world.elapse(50);
    expect(lastMedia(opened).microphone).toBe('headset');
    expect(bob.has(/^(?:INVITE|UPDATE)/)).toBe(false);
  }));

test('P8: a second call is shown; answer-and-hold takes it, and no sound gets from one into the other', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone, page } = opened;
    const bob = await world.talk(opened);
    const carol = await world.ring(opened);
    expect(phone.waiting.value).toBe(carol.call);
    expect(phone.current.value).toBe(bob.call);
    expect(page.ringer.playing).toBe('call waiting');
    carol.call.answer();
    const [toBob] = page.sessions;
    expect(toBob?.muted).toBe(true);
    expect(bob.call.audible.value).toBe(false);
    await world.elapse(30);
    await bob.agree('recvonly');
    await carol.answered();
    expect(phone.current.value).toBe(carol.call);
    expect([bob.call.hold.value, carol.call.hold.value]).toEqual(['held', 'off']);
    const toCarol = page.sessions[1];
    expect([toBob?.muted, toCarol?.muted]).toEqual([true, false]);
    expect([bob.call.audible.value, carol.call.audible.value]).toEqual([false, true]);
    phone.switchTo(bob.call);
    expect([toBob?.muted, toCarol?.muted]).toEqual([true, true]);
    await world.elapse(30);
    await carol.agree('recvonly');
    await bob.agree('sendrecv', 3);
    expect([toBob?.muted, toCarol?.muted]).toEqual([false, true]);
    expect([bob.call.audible.value, carol.call.audible.value]).toEqual([true, false]);
  }));

test('P18: a refusal is a sentence and one press, never a bare number', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.call(opened);
    await bob.ringBack();
    await bob.refuse(486);
    expect(bob.call.phase.value).toMatchObject({ is: 'over', how: 'failed' });
    expect(bob.call.trouble.value).toMatchObject({
      name: 'busy',
      action: 'call again',
      who: 'Bob',
    });
    expect(opened.page.ringer.playing).toBe('busy');
    const [failed] = opened.phone.history.entries.value;
    expect(failed).toMatchObject({ how: 'failed', trouble: { name: 'busy' } });
    const trouble = bob.call.trouble.value;
    if (trouble !== undefined) opened.phone.mend(trouble, bob.call);
    await world.elapse(50);
    expect(opened.phone.calls.value).toHaveLength(1);
    world.server.take('ACK');
    world.server.take('INVITE');
  }));
