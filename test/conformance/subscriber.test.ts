// Subscriptions of ours (RFC 6665 §4.1): the notifier is a peer made of text.
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { SubscribeOptions } from '../../packages/sip/src/ua/events.ts';
import type { Subscription } from '../../packages/sip/src/ua/subscription.ts';
import type { Notification } from '../../packages/sip/src/subscription/notification.ts';
import { fromCallee, row } from './texts.ts';
import type { RequestText } from './texts.ts';
import { giveUp, inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const target = 'sip:peer@10.0.0.9';
const ours = { host: '10.0.0.1', port: 5060 };

interface Subscribed {
  readonly alice: Agent;
  readonly peer: ScriptedPeer;
  readonly subscription: Subscription;
  readonly subscribe: Arrived;
  /** Sends a NOTIFY of this subscription; a tag is another fork. */
  notify(state: string, text?: RequestText & { readonly tag?: string }): void;
  next(): Promise<Notification>;
}

async function subscribed(
  world: World,
  options: Partial<SubscribeOptions> = {},
): Promise<Subscribed> {
  const alice = await world.agent('alice', '10.0.0.1');
  const peer = await world.peer('10.0.0.9');
  const subscription = alice.ua.subscribe(target, {
    event: 'presence',
    accept: ['application/pidf+xml'],
    expiresSeconds: 600,
    ...options,
  });
  await world.elapse(20);
  const subscribe = peer.take('SUBSCRIBE');
  let cseq = 500;
  return {
    alice,
    peer,
    subscription,
    subscribe,
    notify(state, text = {}) {
      cseq += 1;
      const { headers = ['Event: presence'], ...rest } = text;
      const all = [...headers, ...(state === '' ? [] : [`Subscription-State: ${state}`])];
      const notify = fromCallee(peer.address, subscribe, { method: 'NOTIFY', cseq, ...rest });
      peer.send(notify.replace('\n\n', `\n${all.join('\n')}\n\n`), ours);
    },
    async next() {
      const { value } = await world.during(
        subscription.notifications[Symbol.asyncIterator]().next(),
      );
      if (value === undefined) throw new Error('No more notifications');
      return value;
    },
  };
}

function statusOf(peer: ScriptedPeer): readonly string[] {
  return peer.log
    .filter(({ text }) => text.startsWith('SIP/2.0') && text.includes('NOTIFY'))
    .map(({ text }) => text.slice(8, 11));
}

describe('A subscription of ours', () => {
  test('RFC 6665 §4.1.2.1: says what, how long, what it reads and where it is, and refreshes itself in its dialog', () =>
    inWorld(async (world) => {
      const { peer, subscription, subscribe, notify, next } = await subscribed(world);
      expect(row(subscribe, 'Event')).toBe('presence');
      expect(row(subscribe, 'Expires')).toBe('600');
      expect(row(subscribe, 'Accept')).toBe('application/pidf+xml');
      expect(row(subscribe, 'Contact')).toBe('<sip:alice@10.0.0.1:5060>');
      peer.respond(subscribe, 200, { headers: ['Expires: 500', 'Contact: <sip:wrong@10.0.0.9>'] });
      notify('active;expires=100', {
        type: 'application/pidf+xml',
        body: '<世/>',
        contact: '<sip:target@10.0.0.9>',
      });
      expect(await next()).toMatchObject({
        state: 'active',
        expiresSeconds: 100,
        contentType: 'application/pidf+xml',
        text: '<世/>',
      });
      expect(subscription.state).toBe('active');
      await world.elapse(67_000);
      expect(peer.untaken.filter(({ text }) => text.startsWith('SUBSCRIBE'))).toEqual([]);
      await world.elapse(1100);
      const refresh = peer.take('SUBSCRIBE sip:target@10.0.0.9 SIP/2.0');
      expect(row(refresh, 'To')).toMatch(/;tag=peer$/);
      expect(row(refresh, 'CSeq')).toBe('2 SUBSCRIBE');
      expect(row(refresh, 'Call-ID')).toBe(row(subscribe, 'Call-ID'));
      peer.respond(refresh, 200, { headers: ['Expires: 600'] });
      notify('active;expires=600');
      await world.elapse(20);
      const closing = subscription.close();
      await world.elapse(20);
      const removal = peer.take('SUBSCRIBE');
      expect(row(removal, 'Expires')).toBe('0');
      peer.respond(removal, 200, { headers: ['Expires: 0'] });
      notify('terminated;reason=timeout');
      expect(await world.during(closing)).toMatchObject({ cause: 'closed', reason: 'timeout' });
      await world.elapse(20);
      expect(statusOf(peer)).toEqual(['200', '200', '200']);
    }));

  test('RFC 6665 §4.1.2.4, §4.4.1: a NOTIFY before the 200 makes the dialog, with its own routes (C184)', () =>
    inWorld(async (world) => {
      const { alice, peer, subscription, subscribe, notify, next } = await subscribed(world);
      notify('pending;expires=300', {
        headers: ['Event: presence', 'Record-Route: <sip:10.0.0.9;lr;from=notify>'],
      });
      expect((await next()).state).toBe('pending');
      expect([subscription.state, alice.ua.load.dialogs]).toEqual(['pending', 1]);
      peer.respond(subscribe, 200, {
        headers: ['Expires: 600', 'Record-Route: <sip:10.0.0.9;lr;from=response>'],
      });
      notify('active;expires=300');
      expect((await next()).state).toBe('active');
      void subscription.close();
      await world.elapse(20);
      expect(row(peer.take('SUBSCRIBE'), 'Route')).toBe('<sip:10.0.0.9;lr;from=notify>');
      notify('terminated');
      await world.during(subscription.ended);
    }));

  test('RFC 6665 §4.1.2.4: without any NOTIFY it has failed after Timer N, and late ones get 481 (C184)', () =>
    inWorld(async (world) => {
      const { peer, subscription, subscribe, notify } = await subscribed(world);
      peer.respond(subscribe, 200, { headers: ['Expires: 600'] });
      await world.elapse(giveUp);
      await expect(subscription.started).rejects.toMatchObject({ code: 'SIP_TIMEOUT' });
      expect(await subscription.ended).toMatchObject({ cause: 'timeout' });
      notify('active;expires=600');
      await world.elapse(20);
      expect(statusOf(peer)).toEqual(['481']);
    }));

  test('RFC 6665 §4.1.4: each notifier of a forked SUBSCRIBE is a subscription of its own, as long as Timer N runs (C184)', () =>
    inWorld(async (world) => {
      const { alice, peer, subscription, subscribe, notify, next } = await subscribed(world);
      peer.respond(subscribe, 200, { headers: ['Expires: 600'], toTag: 'one' });
      notify('active;expires=600', { tag: 'one' });
      notify('active;expires=600', { tag: 'two', branch: 'z9hG4bKtwo' });
      expect([(await next()).fork, (await next()).fork]).toEqual(['one', 'two']);
      expect([subscription.forks, alice.ua.load.dialogs]).toEqual([2, 2]);
      await world.elapse(giveUp);
      notify('active;expires=600', { tag: 'three' });
      await world.elapse(20);
      expect(statusOf(peer)).toEqual(['200', '200', '481']);
      notify('terminated;reason=noresource', { tag: 'one' });
      await world.elapse(20);
      expect(alice.ua.load.dialogs).toBe(1);
      notify('terminated;reason=noresource', { tag: 'two' });
      expect(await world.during(subscription.ended)).toMatchObject({ reason: 'noresource' });
    }));

  test('RFC 6665 §4.1.3, §8.2.1: a NOTIFY about what was not asked for gets 481, one without a state 400 (C185)', () =>
    inWorld(async (world) => {
      const { peer, subscription, notify, next } = await subscribed(world, { id: '7' });
      notify('active', { headers: ['Event: dialog;id=7'] });
      notify('active', { headers: ['Event: presence'] });
      notify('active', { headers: ['Event: presence;id=7'], tag: 'peer' });
      await next();
      notify('active', { headers: ['Event: presence'] });
      notify('active', { headers: [] });
      notify('', { headers: ['Event: presence;id=7'] });
      peer.send(
        fromCallee(peer.address, await Promise.resolve(peer.log[0] as Arrived), {
          method: 'NOTIFY',
          callId: 'nobody',
          headers: ['Event: presence;id=7', 'Subscription-State: active'],
        }),
        ours,
      );
      await world.elapse(20);
      expect(statusOf(peer)).toEqual(['481', '481', '200', '481', '489', '400', '481']);
      subscription.drop();
    }));

  test('RFC 6665 §4.1.2.1: a refusal ends it, 423 asks for longer, and 489 says what is not understood', () =>
    inWorld(async (world) => {
      const { alice, peer, subscription, subscribe, notify } = await subscribed(world);
      peer.respond(subscribe, 423, { headers: ['Min-Expires: 1800'] });
      await world.elapse(20);
      const longer = peer.take('SUBSCRIBE');
      expect([row(longer, 'Expires'), row(longer, 'CSeq')]).toEqual(['1800', '2 SUBSCRIBE']);
      expect(row(longer, 'Call-ID')).toBe(row(subscribe, 'Call-ID'));
      peer.respond(longer, 489);
      await expect(world.during(subscription.started)).rejects.toMatchObject({ status: 489 });
      expect(await subscription.ended).toMatchObject({ cause: 'refused', status: 489 });
      notify('active;expires=600');
      await world.elapse(20);
      expect([statusOf(peer), alice.ua.load.dialogs]).toEqual([['481'], 0]);
    }));

  test('RFC 6665 §4.4.3: a fetch brings the state once and makes no dialog', () =>
    inWorld(async (world) => {
      const { alice, peer, subscription, subscribe, notify } = await subscribed(world, {
        expiresSeconds: 0,
      });
      expect(row(subscribe, 'Expires')).toBe('0');
      peer.respond(subscribe, 200, { headers: ['Expires: 0'] });
      notify('terminated;reason=timeout', { type: 'text/plain', body: 'now' });
      expect((await world.during(subscription.started)).text).toBe('now');
      expect(await world.during(subscription.ended)).toMatchObject({ cause: 'terminated' });
      expect(alice.ua.load.dialogs).toBe(0);
    }));

  test('RFC 6665 §4.1.2.2: a refresh that is refused for good ends it, one that fails otherwise is tried once more', () =>
    inWorld(async (world) => {
      const { peer, subscription, subscribe, notify } = await subscribed(world, { renew: false });
      peer.respond(subscribe, 200);
      notify('active;expires=600');
      await world.elapse(540_100);
      peer.respond(peer.take('SUBSCRIBE'), 500);
      await world.elapse(33_000);
      peer.respond(peer.take('SUBSCRIBE'), 404);
      expect(await world.during(subscription.ended)).toMatchObject({
        cause: 'refused',
        status: 404,
      });
    }));

  test('RFC 6665 §4.1.2.2: a refresh that brings no NOTIFY ends it at Timer N', () =>
    inWorld(async (world) => {
      const { peer, subscription, subscribe, notify } = await subscribed(world, { renew: false });
      peer.respond(subscribe, 200);
      notify('active;expires=600');
      await world.elapse(540_100);
      peer.respond(peer.take('SUBSCRIBE'), 200);
      await world.elapse(giveUp - 2000);
      expect(subscription.state).toBe('active');
      await world.elapse(2000);
      expect(await world.during(subscription.ended)).toMatchObject({ cause: 'timeout' });
    }));

  test('RFC 6665 §4.1.3: what is deactivated is subscribed to anew, more and more rarely; what is rejected never', () =>
    inWorld(async (world) => {
      const { peer, subscription, subscribe, notify } = await subscribed(world);
      peer.respond(subscribe, 200);
      notify('active;expires=600');
      notify('terminated;reason=deactivated');
      await world.elapse(1500);
      expect(peer.untaken.filter(({ text }) => text.startsWith('SUBSCRIBE'))).toEqual([]);
      await world.elapse(1000);
      const again = peer.take('SUBSCRIBE');
      expect(row(again, 'Call-ID')).not.toBe(row(subscribe, 'Call-ID'));
      expect(headerRows(again.text, 'To')).toEqual([`<${target}>`]);
      peer.respond(again, 200);
      const text = fromCallee(peer.address, again, { method: 'NOTIFY', cseq: 1 });
      const state = 'Event: presence\nSubscription-State: terminated;reason=rejected';
      peer.send(text.replace('\n\n', `\n${state}\n\n`), ours);
      expect(await world.during(subscription.ended)).toMatchObject({ reason: 'rejected' });
    }));

  test('a flood of NOTIFYs is answered, and only the newest wait for their reader (X27)', () =>
    inWorld(async (world) => {
      const { peer, subscription, notify } = await subscribed(world);
      for (let count = 0; count < 1000; count += 1) {
        notify('active;expires=600', { type: 'text/plain', body: String(count) });
      }
      await world.elapse(100);
      expect(statusOf(peer).length).toBe(1000);
      notify('terminated;reason=noresource');
      await world.during(subscription.ended);
      const texts: string[] = [];
      for await (const { text } of subscription.notifications) texts.push(text);
      expect([texts.length, texts[0], texts.at(-2)]).toEqual([100, '901', '999']);
    }));

  test('aborting its signal unsubscribes, before the first NOTIFY too', () =>
    inWorld(async (world) => {
      const controller = new AbortController();
      const { peer, subscription, subscribe, notify } = await subscribed(world, {
        signal: controller.signal,
      });
      controller.abort();
      peer.respond(subscribe, 200);
      notify('active;expires=600');
      await world.elapse(20);
      const removal = peer.take('SUBSCRIBE');
      expect(row(removal, 'Expires')).toBe('0');
      notify('terminated;reason=timeout');
      expect(await world.during(subscription.ended)).toMatchObject({ cause: 'closed' });
    }));
});
