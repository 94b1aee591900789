// Calls that survive: a network that goes and comes back, another network, a server that starts anew, a page that is loaded anew.
import { expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { ServerRefusal } from '../../packages/web/src/model/ports.ts';
import { row, sdp } from '../conformance/texts.ts';
import { FakeBrowser, FakeStore } from './fake-browser.ts';
import { inPhoneWorld, lastMedia } from './world.ts';

test('P16: a lost connection is said at once, the call stays, and its way is sought once the phone is registered again (X09)', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone } = opened;
    const bob = await world.talk(opened);
    const before = world.registrations.length;
    // The phone has been registered for a while: its flow counts as one that works.
    await world.elapse(130_000);
    world.network.cut('10.0.0.1');
    await world.elapse(1);
    expect(phone.banner.value?.trouble.name).toBe('connection lost');
    expect(phone.line.value).toBe('away');
    expect(bob.call.phase.value.is).toBe('up');
    await world.elapse(1000);
    expect(phone.line.value).toBe('ready');
    expect(phone.banner.value).toBeUndefined();
    expect(world.registrations.length).toBeGreaterThan(before);
    expect(lastMedia(opened).restarts).toBe(1);
    await bob.agree('sendrecv');
    expect(bob.call.phase.value.is).toBe('up');
    await bob.hangUp();
    expect(bob.call.phase.value).toMatchObject({ is: 'over', how: 'answered' });
  }));

test('P16: after ten seconds without a network the phone is back within five, and hold works after (X09)', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone, page } = opened;
    const bob = await world.talk(opened);
    await world.elapse(130_000);
    page.network.change(false);
    expect(phone.banner.value?.trouble.name).toBe('offline');
    await world.server.close();
    await world.elapse(10_000);
    expect(phone.line.value).toBe('away');
    await world.restart();
    page.network.change(true);
    await world.elapse(5000);
    expect(phone.line.value).toBe('ready');
    expect(phone.banner.value).toBeUndefined();
    await bob.agree('sendrecv');
    expect(bob.call.phase.value.is).toBe('up');
    bob.call.holdIt();
    await world.elapse(50);
    await bob.agree('recvonly', 3);
    expect(bob.call.hold.value).toBe('held');
  }));

test('S2: another network under a standing connection: it is made anew, registered again, and the call led there', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const { phone, page } = opened;
    const bob = await world.talk(opened);
    await world.elapse(130_000);
    const flow = world.flow;
    page.network.change(true);
    await world.elapse(1000);
    expect(phone.line.value).toBe('ready');
    expect(world.flow).not.toBe(flow);
    expect(lastMedia(opened).restarts).toBe(1);
    await bob.agree('sendrecv');
    expect(bob.call.phase.value.is).toBe('up');
  }));

test('S2: the media says that its way failed while the connection stands: a way is sought at once', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    const media = lastMedia(opened);
    media.tell('connection', 'connected');
    media.fail();
    expect(bob.call.phase.value.is).toBe('mending');
    expect(bob.call.trouble.value?.name).toBe('audio lost');
    await world.elapse(30);
    await bob.agree('sendrecv');
    expect(bob.call.phase.value.is).toBe('mending');
    media.tell('connection', 'connected');
    expect([bob.call.phase.value.is, bob.call.trouble.value]).toEqual(['up', undefined]);
  }));

test('P18: a call whose media never finds a way says so, and whether it was the way or the keys', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    lastMedia(opened).tell('connection', 'failed');
    expect(bob.call.trouble.value).toMatchObject({ name: 'no way for audio', action: 'explain' });
    lastMedia(opened).connection = { iceConnectionState: 'connected' };
    lastMedia(opened).tell('connection', 'failed');
    expect(bob.call.trouble.value).toMatchObject({ name: 'encryption failed', action: 'explain' });
    await bob.hangUp();
  }));

test('S2: a server that does not know the call any more ends it, and the phone says that it was lost', () =>
  inPhoneWorld(async (world) => {
    const opened = await world.open();
    const bob = await world.talk(opened);
    await world.elapse(130_000);
    await world.server.close();
    await world.elapse(3000);
    await world.restart();
    await world.elapse(30_000);
    expect(opened.phone.line.value).toBe('ready');
    bob.respond(bob.take('INVITE'), 481);
    await world.elapse(50);
    bob.respond(bob.take('BYE'), 481);
    await world.elapse(50);
    expect(bob.call.phase.value).toMatchObject({ is: 'over', how: 'answered' });
    expect(bob.call.trouble.value).toMatchObject({
      name: 'call lost',
      action: 'call again',
      who: 'Bob',
    });
  }));

test('S2: a page that is loaded anew takes its call back by INVITE with Replaces, muted and held as it was', () =>
  inPhoneWorld(async (world) => {
    const store = new FakeStore();
    const first = await world.open({ store });
    const bob = await world.talk(first);
    const since = bob.call.phase.value.is === 'up' ? bob.call.phase.value.since : 0;
    bob.call.mute(true);
    bob.call.holdIt();
    await world.elapse(30);
    await bob.agree('recvonly');
    // The page goes as pages go: without a word.
    const kept = new FakeStore();
    for (const [name, text] of store.tab) kept.tab.set(name, text);
    expect([...kept.tab.values()].join(' ')).not.toMatch(/token|password/i);
    const second = await world.open({ store: kept });
    await world.elapse(100);
    const invite = world.server.take(/^INVITE .*Replaces:/s);
    const [replaces = ''] = headerRows(invite.text, 'Replaces');
    const ourTag = /tag=([^;]+)/.exec(row(bob.invite, 'From'))?.[1];
    expect(replaces).toBe(`${bob.callId};to-tag=peer;from-tag=${ourTag}`);
    const [call] = second.phone.calls.value;
    expect(call?.phase.value).toEqual({ is: 'mending', since });
    world.server.respond(invite, 200, {
      headers: ['Contact: <sip:peer@10.0.0.9:80;transport=ws>', 'Content-Type: application/sdp'],
      body: sdp(),
    });
    await world.elapse(50);
    world.server.take('ACK');
    expect(call?.phase.value).toEqual({ is: 'up', since });
    const hold = world.server.take(/^INVITE .*a=sendonly/s);
    world.server.respond(hold, 200, {
      headers: ['Contact: <sip:peer@10.0.0.9:80;transport=ws>', 'Content-Type: application/sdp'],
      body: sdp({ direction: 'recvonly', version: 2 }),
    });
    await world.elapse(50);
    expect([call?.hold.value, call?.muted.value, call?.with.value.name]).toEqual([
      'held',
      true,
      'Bob',
    ]);
    await bob.hangUp();
  }));

test('S2: a call that nobody kept for us is said to be lost', () =>
  inPhoneWorld(async (world) => {
    const store = new FakeStore();
    const first = await world.open({ store });
    const bob = await world.talk(first);
    const kept = new FakeStore();
    for (const [name, text] of store.tab) kept.tab.set(name, text);
    const { phone } = await world.open({ store: kept });
    await world.elapse(100);
    world.server.respond(world.server.take(/^INVITE .*Replaces:/s), 481);
    await world.elapse(50);
    expect(phone.calls.value[0]?.trouble.value).toMatchObject({ name: 'call lost', who: 'Bob' });
    await bob.hangUp();
  }));

test('P1: a server that is not reached is asked again, less and less often, and the banner says when', () =>
  inPhoneWorld(async (world) => {
    const { phone, page } = await world.open({
      before: ({ server }) => {
        server.fault = new TypeError('Failed to fetch');
      },
    });
    expect(phone.banner.value?.trouble.name).toBe('server unreachable');
    const wait = (phone.banner.value?.retryAt ?? 0) - world.clock.wall();
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(1000);
    await world.elapse(60_000);
    expect(page.server.asked).toBeLessThan(10);
    page.server.fault = undefined;
    phone.mend({ name: 'server unreachable', action: 'try again' });
    await world.elapse(100);
    expect(phone.line.value).toBe('ready');
  }));

test('P1: a provisioning link is redeemed once; one that was used already is said to be', () =>
  inPhoneWorld(async (world) => {
    const { page, phone } = await world.open({ join: 'secret' });
    expect([page.server.joined, phone.line.value]).toEqual([['secret'], 'ready']);
    const late = await world.open({
      join: 'secret',
      before: ({ server }) => {
        server.fault = new ServerRefusal(410, 'JOIN_USED', 'The link was used already');
      },
    });
    expect(late.phone.line.value).toBe('refused');
    expect(late.phone.banner.value?.trouble.name).toBe('link used');
  }));

test('P18: a server that does not let the phone sign in is said to, and asked again by a press', () =>
  inPhoneWorld(async (world) => {
    world.registers = false;
    world.server.when('REGISTER', (arrived) => world.server.respond(arrived, 403));
    const { phone, page } = await world.open();
    expect(phone.line.value).toBe('refused');
    expect(phone.banner.value?.trouble).toMatchObject({ name: 'login refused', action: 'reload' });
    const trouble = phone.banner.value?.trouble;
    if (trouble !== undefined) phone.mend(trouble);
    expect(page.reloads).toBe(1);
  }));

test('P23: of two tabs one has the phone; the other shows that, takes it over, and rings alone', () =>
  inPhoneWorld(async (world) => {
    const browser = new FakeBrowser();
    const store = new FakeStore();
    const one = await world.open({ store, tabs: browser.tab() });
    const two = await world.open({ store, tabs: browser.tab() });
    expect([one.phone.tabs.owner.value, two.phone.tabs.owner.value]).toEqual(['here', 'there']);
    expect([two.phone.line.value, two.phone.banner.value?.trouble.name]).toEqual([
      'other tab',
      'other tab',
    ]);
    expect(world.registrations).toHaveLength(1);
    const trouble = two.phone.banner.value?.trouble;
    if (trouble !== undefined) two.phone.mend(trouble);
    await world.elapse(100);
    expect([one.phone.line.value, two.phone.line.value]).toEqual(['other tab', 'ready']);
    const [first, second] = world.registrations;
    const instance = (text = ''): string | undefined => /\+sip\.instance="([^"]+)"/.exec(text)?.[1];
    expect(instance(second?.text)).toBe(instance(first?.text));
    // The first tab took nothing away, which would have been the binding of the second.
    expect(world.registrations.filter(({ text }) => /expires=0/.test(text))).toEqual([]);
    const carol = await world.ring(two);
    expect([one.page.ringer.playing, two.page.ringer.playing]).toEqual([undefined, 'ringing']);
    await carol.cancel();
  }));

test('P23: a call goes with the phone into the tab that takes it over', () =>
  inPhoneWorld(async (world) => {
    const browser = new FakeBrowser();
    const one = await world.open({ tabs: browser.tab() });
    const two = await world.open({ tabs: browser.tab() });
    const bob = await world.talk(one);
    two.phone.tabs.takeOver();
    await world.elapse(200);
    const invite = world.server.take(/^INVITE .*Replaces:/s);
    world.server.respond(invite, 200, {
      headers: ['Contact: <sip:peer@10.0.0.9:80;transport=ws>', 'Content-Type: application/sdp'],
      body: sdp(),
      toTag: 'again',
    });
    await world.elapse(50);
    expect(two.phone.current.value?.phase.value.is).toBe('up');
    await bob.hangUp();
    expect(two.phone.current.value?.phase.value.is).toBe('up');
  }));

test('P26: a push that wakes the page has it registered, so that the call that waits is delivered', () =>
  inPhoneWorld(async (world) => {
    let wake = (): void => undefined;
    let state: 'on' | 'off' = 'off';
    const opened = await world.open({
      before: (page) => {
        page.push = {
          get state() {
            return state;
          },
          subscribe: (key) => {
            state = 'on';
            return Promise.resolve({ endpoint: 'https://push.example/1', key });
          },
          unsubscribe: () => {
            state = 'off';
            return Promise.resolve();
          },
          get contactParameters() {
            return state === 'on' ? 'pn-provider=webpush;pn-prid=abc%3A1' : undefined;
          },
          onWake: (listener) => {
            wake = listener;
            return () => undefined;
          },
        };
      },
    });
    const { phone, page } = opened;
    phone.push.turn(true);
    await world.elapse(10);
    expect(phone.push.state.value).toBe('on');
    expect(page.server.pushed).toEqual([{ endpoint: 'https://push.example/1', key: 'key' }]);
    await world.elapse(50);
    expect(world.registrations.at(-1)?.text).toContain(';pn-provider=webpush;pn-prid=abc%3A1>');
    await world.elapse(130_000);
    await world.server.close();
    await world.elapse(5000);
    await world.restart();
    wake();
    await world.elapse(1000);
    expect(phone.line.value).toBe('ready');
    // A page that believes it is ready registers again all the same: its connection may be dead.
    const before = world.registrations.length;
    wake();
    await world.elapse(1000);
    expect([phone.line.value, world.registrations.length > before]).toEqual(['ready', true]);
    phone.push.turn(false);
    await world.elapse(10);
    expect([phone.push.state.value, page.server.pushed]).toEqual(['off', []]);
  }));
