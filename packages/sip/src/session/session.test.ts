// The figures of sessions, walked state by state: whatever comes from outside is answered, and every wait has its end.
import { describe, expect, test } from 'vitest';
import { step } from '../base/figure.ts';
import type { TimerEvent } from '../base/figure.ts';
import { incomingFigure } from './incoming.figure.ts';
import { outgoingFigure } from './outgoing.figure.ts';
import { sessionFigure } from './session.figure.ts';
import type { SessionEvent, SessionState, SessionTimer } from './session.figure.ts';
import { Wishes } from './wishes.ts';

/** What an arrow does, as plain words; empty when there is no such arrow. */
function actionsOf(state: SessionState, event: SessionWord): readonly string[] {
  const [, ...actions]: readonly string[] = step(sessionFigure, state, event) ?? [];
  return actions;
}

type SessionWord = SessionEvent | TimerEvent<SessionTimer>;

const live = (Object.keys(sessionFigure) as SessionState[]).filter((state) => state !== 'Ended');

describe('The figure of an answered call', () => {
  test('RFC 3261 §14.2: an INVITE of the peer is answered, or begun to be, in every state', () => {
    for (const state of live) {
      const actions = actionsOf(state, 'INVITE');
      expect([
        state,
        actions.some((action) => /^send \d|^make answer$/.test(String(action))),
      ]).toEqual([state, true]);
    }
  });

  test('RFC 3261 §15.1.2: a BYE of the peer is answered in every state, and ends it', () => {
    for (const state of live) {
      const [next] = step(sessionFigure, state, 'BYE') ?? [];
      expect([state, actionsOf(state, 'BYE').includes('answer BYE')]).toEqual([state, true]);
      expect(next).toBe(state === 'Ending' ? 'Ending' : 'Ended');
    }
  });

  test('Every state in which something is waited for has a timer, or a transaction that has one (X27)', () => {
    const guarded = live.filter((state) => (sessionFigure[state].timers ?? []).length > 0);
    // Timer F of the BYE.
    expect(live.filter((state) => !guarded.includes(state))).toEqual(['Ending']);
  });

  test('RFC 3261 §15.1.1: media stops before BYE leaves, wherever we hang up', () => {
    for (const state of live) {
      for (const event of [
        'hang up',
        'Timer length fires',
        'media failed',
        'gone',
        'Timer ACK fires',
      ] as const) {
        const actions = actionsOf(state, event);
        const bye = actions.indexOf('send BYE');
        const stopped = state === 'Leaving' ? 0 : actions.indexOf('stop media');
        if (bye >= 0)
          expect([state, event, stopped >= 0 && stopped <= bye]).toEqual([state, event, true]);
      }
    }
  });

  test('RFC 3261 §13.2.2.4: nobody hangs up on a 2xx that was not acknowledged', () => {
    for (const event of [
      'hang up',
      'media failed',
      'Timer length fires',
      'Timer media fires',
      'BYE',
    ] as const) {
      expect(step(sessionFigure, 'Settling', event)).toContain('send ACK');
    }
    expect(step(sessionFigure, 'Unacknowledged', 'hang up')?.[0]).toBe('Leaving');
  });
});

describe('The figures before the answer', () => {
  test('RFC 3261 §9.1: a 2xx is acknowledged in every state in which it can come', () => {
    for (const state of [
      'Calling',
      'Proceeding',
      'Cancelling',
      'Giving up',
      'Answered',
      'Cancelled',
    ] as const) {
      const [, ...actions] = step(outgoingFigure, state, '2xx') ?? [];
      expect([
        state,
        actions.some((action) => action === 'start session' || action === 'ACK and BYE'),
      ]).toEqual([state, true]);
    }
  });

  test('Our user hears of the end exactly once', () => {
    for (const [state, arrows] of Object.entries(outgoingFigure)) {
      for (const [event, arrow] of Object.entries(arrows)) {
        if (event === 'timers' || !Array.isArray(arrow)) continue;
        const told = arrow
          .slice(1)
          .filter((action) =>
            /^inform of (failure|cancel|timeout|offer)|^start session/.test(String(action)),
          ).length;
        const leaves = !['Answered', 'Cancelled', 'Ended'].includes(state);
        const arrives = ['Answered', 'Cancelled', 'Ended'].includes(String(arrow[0]));
        expect([state, event, told]).toEqual([state, event, leaves && arrives ? 1 : 0]);
      }
    }
  });

  test('RFC 3261 §13.3.1: a call to us is refused or answered on every way out', () => {
    for (const [state, arrows] of Object.entries(incomingFigure)) {
      for (const [event, arrow] of Object.entries(arrows)) {
        if (event === 'timers' || !Array.isArray(arrow) || arrow[0] !== 'Ended') continue;
        expect([
          state,
          event,
          arrow.some((action) => /^send (rejection|480|487|488 or 500|504)$/.test(String(action))),
        ]).toEqual([state, event, true]);
      }
    }
  });
});

describe('Wishes', () => {
  test('a newer wish takes the place of one that waits, and tells it so', () => {
    const told: string[] = [];
    const wish = (name: string) => ({
      direction: 'sendonly' as const,
      method: 'INVITE' as const,
      resolve: () => told.push(`${name} done`),
      reject: ({ code }: { code: string }) => told.push(`${name} ${code}`),
    });
    const wishes = new Wishes();
    wishes.add(wish('first'));
    wishes.add(wish('second'));
    wishes.begin();
    wishes.add(wish('third'));
    wishes.putBack();
    expect([told, wishes.waiting]).toEqual([['first SIP_CANCELLED', 'second SIP_CANCELLED'], true]);
    wishes.begin();
    wishes.putBack();
    wishes.begin();
    wishes.fulfil()?.resolve();
    expect(told.slice(2)).toEqual(['third done']);
    expect([wishes.begin(), wishes.waiting]).toEqual([undefined, false]);
  });
});
