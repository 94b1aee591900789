// RFC 4028: sessions that we refresh, and sessions that the peer does.
import { describe, expect, test } from 'vitest';
import { bodyOf, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import type { AgentOptions, World } from './world.ts';
import { contact, sdpType, called, answered, timesOf } from './timed-calls.ts';

describe('A session that we refresh', () => {
  for (const [role, begin] of [
    [
      'caller',
      (world: World, allow: readonly string[], options: AgentOptions) =>
        called(world, ['Session-Expires: 90;refresher=uac', 'Require: timer', ...allow], options),
    ],
    [
      'callee',
      (world: World, allow: readonly string[], options: AgentOptions) =>
        answered(
          world,
          ['Supported: timer', 'Session-Expires: 90;refresher=uas', ...allow],
          options,
        ),
    ],
  ] as const) {
    for (const method of ['UPDATE', 'INVITE'] as const) {
      test(`RFC 4028 §10: as ${role} by ${method}, at half of the interval, again and again (C131)`, () =>
        inWorld(async (world) => {
          const start = world.clock.now();
          const { peer, call, say } = await begin(world, ['Allow: INVITE, ACK, BYE, UPDATE'], {
            sessionTimer: { refreshBy: method },
          });
          peer.when(method, (refresh) => {
            const granted = row(refresh, 'Session-Expires');
            const described = method === 'INVITE' ? [sdpType] : [];
            peer.respond(refresh, 200, {
              headers: [contact, `Session-Expires: ${granted}`, ...described],
              body: method === 'INVITE' ? sdp() : '',
            });
          });
          await world.elapse(200_000);
          expect(timesOf(peer, start, method).filter((time) => time > 10)).toEqual([
            45, 90, 135, 180,
          ]);
          const refreshes = peer.log.filter(
            ({ text, at }) => text.startsWith(method) && at - start > 10_000,
          );
          for (const refresh of refreshes) {
            expect(row(refresh, 'Session-Expires')).toBe('90;refresher=uac');
            expect(row(refresh, 'Supported')).toContain('timer');
            if (method === 'UPDATE') expect(bodyOf(refresh)).toBe('');
          }
          if (method === 'INVITE') {
            // RFC 4028 §7.4: the same o= says that nothing has changed.
            expect(
              new Set(refreshes.map((refresh) => /^o=.*/m.exec(bodyOf(refresh))?.[0])).size,
            ).toBe(1);
          }
          say('BYE');
          await world.during(call.ended);
        }));
    }
  }

  test('RFC 4028 §7.4: a peer that does not say that it takes UPDATE gets a re-INVITE (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, ['Session-Expires: 90;refresher=uac']);
      await world.elapse(45_100);
      const refresh = peer.take('INVITE');
      peer.respond(refresh, 200, {
        headers: [contact, sdpType, 'Session-Expires: 90;refresher=uac'],
        body: sdp(),
      });
      await world.elapse(100);
      peer.take('ACK');
      say('BYE');
      await world.during(call.ended);
    }));

  test('RFC 4028 §10: one that takes UPDATE after all not gets a re-INVITE at once (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, [
        'Session-Expires: 90;refresher=uac',
        'Allow: UPDATE',
      ]);
      await world.elapse(45_100);
      peer.respond(peer.take('UPDATE'), 405);
      await world.elapse(20);
      peer.respond(peer.take('INVITE'), 200, { headers: [contact, sdpType], body: sdp() });
      await world.elapse(200_000);
      expect(call.dialog.state).toBe('Confirmed');
      say('BYE');
      await world.during(call.ended);
    }));

  for (const [what, status] of [
    ['not answered', undefined],
    ['answered 481', 481],
    ['answered 408', 408],
  ] as const) {
    for (const allow of ['Allow: UPDATE', 'Allow: INVITE']) {
      test(`RFC 4028 §10: a refresh that is ${what} ends the call by BYE, to one with ${allow} (C131)`, () =>
        inWorld(async (world) => {
          const { peer, call } = await called(world, ['Session-Expires: 90;refresher=uac', allow]);
          const start = world.clock.now();
          peer.when('BYE', (bye) => peer.respond(bye, 200));
          peer.when(/^(UPDATE|INVITE)/, (refresh) => {
            if (status !== undefined) peer.respond(refresh, status);
          });
          const end = await world.during(call.ended, 120_000);
          expect(['network', 'remote']).toContain(end.by);
          // Unanswered it would fail after 32 s; the session expires before that.
          expect(timesOf(peer, start, 'BYE')).toEqual([status === undefined ? 60 : 45]);
        }));
    }
  }

  test('RFC 4028 §10: a refused refresh is tried again, and at the end there is BYE (C131)', () =>
    inWorld(async (world) => {
      const { peer, call } = await called(world, [
        'Session-Expires: 600;refresher=uac',
        'Allow: UPDATE',
      ]);
      const start = world.clock.now();
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      peer.when('UPDATE', (refresh) => peer.respond(refresh, 500));
      const end = await world.during(call.ended, 700_000);
      expect(end).toMatchObject({ by: 'network', cause: 'expired' });
      expect(timesOf(peer, start, 'UPDATE')).toEqual([300, 360, 420, 480, 540]);
      expect(timesOf(peer, start, 'BYE')).toEqual([568]);
    }));

  for (const allow of ['Allow: UPDATE', 'Allow: INVITE']) {
    test(`RFC 4028 §7.4: 422 to a refresh leads to another with that Min-SE, ${allow} (C129)`, () =>
      inWorld(async (world) => {
        const { peer, call, say } = await called(world, [
          'Session-Expires: 90;refresher=uac',
          allow,
        ]);
        await world.elapse(45_100);
        peer.respond(peer.take(/^(UPDATE|INVITE)/), 422, { headers: ['Min-SE: 240'] });
        await world.elapse(20);
        const again = peer.take(/^(UPDATE|INVITE)/);
        expect([row(again, 'Session-Expires'), row(again, 'Min-SE')]).toEqual([
          '240;refresher=uac',
          '240',
        ]);
        peer.respond(again, 200, {
          headers: [
            contact,
            'Session-Expires: 240;refresher=uac',
            ...(allow.endsWith('INVITE') ? [sdpType] : []),
          ],
          body: allow.endsWith('INVITE') ? sdp() : '',
        });
        const start = world.clock.now();
        await world.elapse(120_300);
        const next = peer.log.findLast(({ text }) => /^(UPDATE|INVITE)/.test(text));
        expect(Math.round(((next?.at ?? 0) - start) / 1000)).toBe(120);
        say('BYE');
        await world.during(call.ended);
      }));
  }

  test('RFC 4028 §7.2: a 2xx without Session-Expires ends the timer (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, [
        'Session-Expires: 90;refresher=uac',
        'Allow: UPDATE',
      ]);
      await world.elapse(45_100);
      peer.respond(peer.take('UPDATE'), 200, { headers: [contact] });
      await world.elapse(1_000_000);
      expect(peer.untaken).toEqual([]);
      expect(call.dialog.state).toBe('Confirmed');
      say('BYE');
      await world.during(call.ended);
    }));

  test('RFC 4028 §4: an answer that grants less than 90 seconds does not make us refresh more often (C131)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await called(world, [
        'Session-Expires: 0;refresher=uac',
        'Allow: UPDATE',
      ]);
      await world.elapse(44_000);
      expect(peer.untaken).toEqual([]);
      say('BYE');
      await world.during(call.ended);
    }));
});

describe('A session that the peer refreshes', () => {
  for (const [seconds, end] of [
    [90, 60],
    [300, 268],
  ] as const) {
    test(`RFC 4028 §10: without refresh it ends at ${end} of ${seconds} seconds (C131)`, () =>
      inWorld(async (world) => {
        const { peer, call } = await called(world, [`Session-Expires: ${seconds};refresher=uas`]);
        const start = world.clock.now();
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        expect(await world.during(call.ended, 400_000)).toMatchObject({
          by: 'network',
          cause: 'expired',
        });
        expect(timesOf(peer, start, 'BYE')).toEqual([end]);
      }));
  }

  for (const method of ['UPDATE', 'INVITE']) {
    test(`RFC 4028 §10: it lives on with each ${method}, which is answered with the same refresher (C131)`, () =>
      inWorld(async (world) => {
        const { peer, call, say } = await answered(world, [
          'Supported: timer',
          'Session-Expires: 90;refresher=uac',
        ]);
        for (let times = 0; times < 5; times += 1) {
          await world.elapse(45_000);
          say(
            method,
            ['Supported: timer', 'Session-Expires: 90;refresher=uac'],
            method === 'INVITE' ? sdp() : '',
          );
          await world.elapse(20);
          const ok = peer.take(new RegExp(`^SIP/2\\.0 200 .*${method}`, 's'));
          expect(row(ok, 'Session-Expires')).toBe('90;refresher=uac');
          if (method === 'INVITE') say('ACK');
        }
        expect(call.dialog.state).toBe('Confirmed');
        // One that is too short is refused, and the session goes on as it was.
        say(method, ['Supported: timer', 'Session-Expires: 20'], method === 'INVITE' ? sdp() : '');
        await world.elapse(20);
        expect(row(peer.take('SIP/2.0 422'), 'Min-SE')).toBe('90');
        if (method === 'INVITE') say('ACK');
        peer.when('BYE', (bye) => peer.respond(bye, 200));
        await world.during(call.ended);
      }));
  }

  test('RFC 4028 §9: who refreshes may change with a refresh (C130)', () =>
    inWorld(async (world) => {
      const { peer, call, say } = await answered(world, [
        'Supported: timer',
        'Allow: UPDATE',
        'Session-Expires: 90;refresher=uac',
      ]);
      await world.elapse(20_000);
      say('UPDATE', ['Supported: timer', 'Session-Expires: 90;refresher=uas']);
      await world.elapse(45_100);
      peer.take('UPDATE');
      say('BYE');
      await world.during(call.ended);
    }));
});
