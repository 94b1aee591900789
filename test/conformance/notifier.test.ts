// Subscriptions to us (RFC 6665 §4.2): the subscriber is a peer made of text, or a user agent of ours.
import { describe, expect, test } from 'vitest';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { OfferOptions } from '../../packages/sip/src/ua/events.ts';
import type { Watcher } from '../../packages/sip/src/ua/watcher.ts';
import { bodyOf, fromCaller, request, row } from './texts.ts';
import type { RequestText } from './texts.ts';
import { giveUp, inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const presence = { types: ['application/pidf+xml'], minSeconds: 60, maxSeconds: 600 };

interface Stage {
  readonly alice: Agent;
  readonly peer: ScriptedPeer;
  readonly watchers: Watcher[];
  /** Sends a SUBSCRIBE outside a dialog and gives our answer. */
  subscribe(headers: readonly string[], text?: RequestText): Promise<Arrived>;
}

/** How a watcher ended. */
function endOf(world: World, watcher: Watcher | undefined): Promise<unknown> {
  return world.during(watcher?.ended ?? Promise.reject(new Error('Nobody watches')));
}

async function stage(
  world: World,
  decide: (watcher: Watcher) => void = (watcher) =>
    watcher.notify('<open/>', presence.types[0] ?? ''),
  options: OfferOptions = presence,
): Promise<Stage> {
  const alice = await world.agent('alice', '10.0.0.1');
  const peer = await world.peer('10.0.0.9');
  const watchers: Watcher[] = [];
  alice.ua.onSubscription('presence', options, (watcher) => {
    watchers.push(watcher);
    decide(watcher);
  });
  let count = 0;
  return {
    alice,
    peer,
    watchers,
    async subscribe(headers, text = {}) {
      count += 1;
      const about = { method: 'SUBSCRIBE', uri: 'sip:alice@10.0.0.1', callId: `s${count}` };
      peer.send(request(peer.address, { ...about, headers, ...text }), ours);
      await world.elapse(20);
      return peer.take(/^SIP\/2\.0 [\s\S]*SUBSCRIBE/);
    },
  };
}

/** Takes the next NOTIFY and answers it. */
function notified(peer: ScriptedPeer, status = 200): Arrived {
  const notify = peer.take('NOTIFY');
  peer.respond(notify, status);
  return notify;
}

describe('A subscription to us', () => {
  test('RFC 6665 §4.2.1.1: an unknown or missing event gets 489 with what there is (C181)', () =>
    inWorld(async (world) => {
      const { subscribe, alice } = await stage(world);
      for (const headers of [['Event: dialog'], []]) {
        const answer = await subscribe(headers);
        expect(answer.text).toMatch(/^SIP\/2\.0 489 /);
        expect(row(answer, 'Allow-Events')).toBe('presence');
      }
      expect(alice.ua.load.dialogs).toBe(0);
    }));

  test('RFC 6665 §4.2.1.1: less than our minimum gets 423, but never an hour, and never 0 (C181)', () =>
    inWorld(async (world) => {
      const { subscribe, peer } = await stage(world, undefined, { ...presence, minSeconds: 4000 });
      const brief = await subscribe(['Event: presence', 'Expires: 3599']);
      expect(brief.text).toMatch(/^SIP\/2\.0 423 /);
      expect(row(brief, 'Min-Expires')).toBe('4000');
      const hour = await subscribe(['Event: presence', 'Expires: 3600']);
      expect([hour.text.slice(8, 11), row(hour, 'Expires')]).toEqual(['200', '600']);
      notified(peer, 481);
      const fetch = await subscribe(['Event: presence', 'Expires: 0']);
      expect(fetch.text).toMatch(/^SIP\/2\.0 200 /);
      notified(peer);
    }));

  test('RFC 6665 §3.1.1, §4.2.1.2: is answered 200 with no more than was asked, and a NOTIFY at once, each time (C182)', () =>
    inWorld(async (world) => {
      const { subscribe, peer, watchers } = await stage(world);
      const accepted = await subscribe(['Event: presence', 'Expires: 120']);
      expect([accepted.text.slice(8, 11), row(accepted, 'Expires')]).toEqual(['200', '120']);
      const first = notified(peer);
      expect(first.text).toMatch(/^NOTIFY sip:peer@10\.0\.0\.9:5060 SIP\/2\.0/);
      expect(row(first, 'From')).toBe(row(accepted, 'To'));
      expect(row(first, 'Event')).toBe('presence');
      expect(row(first, 'Subscription-State')).toBe('active;expires=120');
      expect(row(first, 'Contact')).toBe('<sip:alice@10.0.0.1:5060>');
      expect(bodyOf(first)).toBe('<open/>');
      watchers[0]?.notify('<closed/>', 'application/pidf+xml');
      await world.elapse(20);
      expect(bodyOf(notified(peer))).toBe('<closed/>');
      const inside = { method: 'SUBSCRIBE', headers: ['Event: presence', 'Expires: 300'] };
      peer.send(fromCaller(peer.address, accepted, { ...inside, cseq: 2 }), ours);
      await world.elapse(20);
      expect(row(peer.take('SIP/2.0 200'), 'Expires')).toBe('300');
      expect(row(notified(peer), 'Subscription-State')).toBe('active;expires=300');
      const leaving = { ...inside, headers: ['Event: presence', 'Expires: 0'], cseq: 3 };
      peer.send(fromCaller(peer.address, accepted, leaving), ours);
      await world.elapse(20);
      expect(row(peer.take('SIP/2.0 200'), 'Expires')).toBe('0');
      expect(row(notified(peer), 'Subscription-State')).toBe('terminated;reason=timeout');
      expect(await endOf(world, watchers[0])).toEqual({ cause: 'unsubscribed' });
    }));

  test('RFC 6665 §4.2.1.3, §4.2.2: who is not allowed yet is pending and sees no state (C183)', () =>
    inWorld(async (world) => {
      const { subscribe, peer, watchers } = await stage(world, () => undefined);
      await subscribe(['Event: presence', 'Expires: 600']);
      const pending = notified(peer);
      expect([row(pending, 'Subscription-State'), bodyOf(pending)]).toEqual([
        'pending;expires=600',
        '',
      ]);
      watchers[0]?.notify('<open/>', 'application/pidf+xml');
      await world.elapse(20);
      const active = notified(peer);
      expect([row(active, 'Subscription-State'), bodyOf(active)]).toEqual([
        'active;expires=600',
        '<open/>',
      ]);
      watchers[0]?.close('rejected');
      await world.elapse(20);
      expect(row(notified(peer), 'Subscription-State')).toBe('terminated;reason=rejected');
    }));

  test('RFC 6665 §4.2.1.4, §4.2.2: what is not refreshed ends with terminated;reason=timeout (C183)', () =>
    inWorld(async (world) => {
      const { subscribe, peer, watchers } = await stage(world);
      await subscribe(['Event: presence', 'Expires: 60']);
      notified(peer);
      await world.elapse(59_900);
      expect(peer.untaken).toEqual([]);
      await world.elapse(200);
      expect(row(notified(peer), 'Subscription-State')).toBe('terminated;reason=timeout');
      await world.elapse(20);
      expect(await endOf(world, watchers[0])).toEqual({ cause: 'timeout' });
    }));

  test('RFC 6665 §4.2.2: a NOTIFY that nobody knows or nobody answers ends it, another failure does not (C185)', () =>
    inWorld(async (world) => {
      const { alice, peer, watchers, subscribe } = await stage(world);
      for (const status of [404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]) {
        await subscribe(['Event: presence']);
        notified(peer, 500);
        await world.elapse(20);
        expect(alice.ua.load.dialogs).toBe(1);
        watchers.at(-1)?.notify('x', 'text/plain');
        await world.elapse(20);
        notified(peer, status);
        await world.elapse(20);
        expect([await endOf(world, watchers.at(-1)), alice.ua.load.dialogs]).toEqual([
          { cause: 'gone', status },
          0,
        ]);
      }
      await subscribe(['Event: presence']);
      peer.take('NOTIFY');
      await world.elapse(giveUp);
      expect(await endOf(world, watchers.at(-1))).toEqual({ cause: 'gone', status: 408 });
    }));

  test('RFC 6665 §4.2.1.1: who reads none of our types gets 406, who is refused 403, and nothing is left of either', () =>
    inWorld(async (world) => {
      const { alice, peer, subscribe, watchers } = await stage(world, (watcher) => {
        if (watcher.accepts.includes('application/pidf+xml')) watcher.reject(403);
      });
      const unread = await subscribe(['Event: presence', 'Accept: application/xpidf+xml']);
      const refused = await subscribe(['Event: presence', 'Accept: application/pidf+xml']);
      expect([unread.text.slice(8, 11), refused.text.slice(8, 11)]).toEqual(['406', '403']);
      expect(() => watchers[0]?.reject()).toThrow(/answered already/);
      expect([alice.ua.load.dialogs, peer.untaken.length, watchers.length]).toEqual([0, 0, 1]);
    }));

  test('RFC 6665 §4.2.1.1: without a Contact there is no dialog, and so no subscription', () =>
    inWorld(async (world) => {
      const { subscribe } = await stage(world);
      const answer = await subscribe(['Event: presence'], { contact: undefined });
      expect(answer.text).toMatch(/^SIP\/2\.0 400 /);
    }));

  test('a slow watcher gets the newest state, one NOTIFY after the other', () =>
    inWorld(async (world) => {
      const { subscribe, peer, watchers } = await stage(world);
      await subscribe(['Event: presence', 'Expires: 60']);
      const first = peer.take('NOTIFY');
      for (let count = 1; count <= 50; count += 1) watchers[0]?.notify(`<${count}/>`, 'text/plain');
      await world.elapse(20);
      expect(peer.untaken).toEqual([]);
      peer.respond(first, 200);
      await world.elapse(20);
      expect(bodyOf(notified(peer))).toBe('<50/>');
      await world.elapse(20);
      expect(peer.untaken).toEqual([]);
      watchers[0]?.close();
      await world.elapse(20);
      expect(row(notified(peer), 'Subscription-State')).toBe('terminated;reason=noresource');
    }));

  test('one dialog takes only so many subscriptions (X27)', () =>
    inWorld(async (world) => {
      const { alice, subscribe, peer, watchers } = await stage(world);
      peer.when('NOTIFY', (notify) => peer.respond(notify, 200));
      const accepted = await subscribe(['Event: presence', 'Expires: 60']);
      for (let id = 2; id <= 17; id += 1) {
        const headers = [`Event: presence;id=${id}`, 'Expires: 60'];
        const about = { method: 'SUBSCRIBE', headers, cseq: id };
        peer.send(fromCaller(peer.address, accepted, about), ours);
      }
      await world.elapse(20);
      expect(peer.untaken.map(({ text }) => text.slice(8, 11))).toEqual([
        ...Array.from({ length: 15 }, () => '200'),
        '503',
      ]);
      expect([alice.ua.load.dialogs, watchers.length]).toEqual([1, 16]);
      await world.elapse(61_000);
      expect(alice.ua.load.dialogs).toBe(0);
    }));

  test('two user agents of ours: subscribed, told, and closed from either side', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const bob = await world.agent('bob', '10.0.0.2');
      const watchers: Watcher[] = [];
      alice.ua.onSubscription('presence', presence, (watcher) => {
        watchers.push(watcher);
        watcher.notify('<open/>', 'application/pidf+xml');
      });
      const subscription = bob.ua.subscribe('sip:alice@10.0.0.1', { event: 'presence' });
      expect((await world.during(subscription.started)).text).toBe('<open/>');
      const feed = subscription.notifications[Symbol.asyncIterator]();
      await feed.next();
      watchers[0]?.notify('<closed/>', 'application/pidf+xml');
      expect((await world.during(feed.next())).value?.text).toBe('<closed/>');
      await world.during(bob.ua.close());
      expect(await endOf(world, watchers[0])).toEqual({ cause: 'unsubscribed' });
      expect(await subscription.ended).toMatchObject({ cause: 'closed' });
      const carol = await world.agent('carol', '10.0.0.3');
      const second = carol.ua.subscribe('sip:alice@10.0.0.1', { event: 'presence', renew: false });
      await world.during(second.started);
      await world.during(alice.ua.close());
      expect(await world.during(second.ended)).toMatchObject({ reason: 'deactivated' });
    }));
});
