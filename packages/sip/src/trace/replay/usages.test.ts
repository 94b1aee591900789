// Registrations, publications and subscriptions that nobody recorded: what both ends must have been doing, and what is said at messages.
import { expect, test } from 'vitest';
import { epoch, Talk } from '../explain/document.test-kit.ts';

const presence = ['Event', 'presence'] as const;

/** Figure by figure the states with their times, and the timers that ran with how long they were to run. */
function machinesIn({ document }: Talk): readonly string[] {
  return [...document.dialogs.flatMap((one) => one.machines), ...document.machines]
    .filter(({ figure }) => figure !== 'dialog')
    .map(({ figure, states, timers }) => {
      const bars = states.map(({ state, from }) => `${from - epoch} ${state}`).join(', ');
      const running = timers.map(
        ({ name, from, due, fired }) =>
          `${name} ${(due - from).toFixed(0)}${fired ? ' fired' : ''}`,
      );
      return `${figure}: ${[bars, ...running].join('; ')}`;
    });
}

/** What happens elsewhere until then, so that it is known what did not happen. */
function watch(talk: Talk, until: number): void {
  talk.of('elsewhere').send(until, 'carol>dave', 'OPTIONS');
}

function register(talk: Talk, at: number, seconds: number, proof = false) {
  return talk.send(at, 'alice>proxy', 'REGISTER', {
    to: 'alice',
    headers: [
      ['Contact', `<sip:alice@192.0.2.1>;expires=${seconds}`],
      ...(proof ? [['Authorization', 'Digest username="alice"'] as const] : []),
    ],
  });
}

test('RFC 3261 §10.2: a challenge is no step of a registration; refresh and removal are', () => {
  const talk = new Talk();
  const bound = [['Contact', '<sip:alice@192.0.2.1>;expires=60']] as const;
  talk.answer(10, register(talk, 0, 60), 401);
  talk.answer(30, register(talk, 20, 60, true), 200, { headers: bound });
  talk.answer(30_060, register(talk, 30_030, 60, true), 200, { headers: bound });
  talk.answer(40_010, register(talk, 40_000, 0, true), 200);
  expect(machinesIn(talk)).toEqual([
    'registration: 0 Unregistered, 0 Registering, 30 Registered, 30030 Refreshing, 30060 Registered, 40000 Unregistering, 40010 Unregistered; refresh 30000 fired; refresh 30000',
  ]);
  const steps = talk.document.messages.map(({ changes }) =>
    changes
      .filter(({ figure }) => figure === 'registration')
      .map(({ event, before, after, section }) => `${event}: ${before} > ${after}, ${section}`),
  );
  expect(steps).toEqual([
    ['register: Unregistered > Registering, RFC 3261 §10.2'],
    [],
    [],
    ['2xx: Registering > Registered, RFC 3261 §10.2.4'],
    ['Timer refresh fires: Registered > Refreshing, RFC 3261 §10.2.4'],
    ['2xx: Refreshing > Registered, RFC 3261 §10.2.4'],
    ['unregister: Registered > Unregistering, RFC 3261 §10.2.2'],
    ['2xx: Unregistering > Unregistered, RFC 3261 §10.2.4'],
  ]);
});

test('RFC 3261 §10.2.7: a registrar that is silent is tried again later, one that refuses is not', () => {
  const silent = new Talk();
  register(silent, 0, 60);
  watch(silent, 40_000);
  expect(machinesIn(silent)).toEqual([
    'registration: 0 Unregistered, 0 Registering, 32000 Waiting; retry 60000',
  ]);
  const refused = new Talk();
  refused.answer(10, register(refused, 0, 60), 403);
  expect(machinesIn(refused)).toEqual([
    'registration: 0 Unregistered, 0 Registering, 10 Unregistered',
  ]);
});

test('a challenge at the end of a capture is not yet a refusal', () => {
  const talk = new Talk();
  talk.answer(10, register(talk, 0, 60), 401);
  expect(machinesIn(talk)).toEqual(['registration: 0 Unregistered, 0 Registering']);
});

test('RFC 6665 §4.1, §4.2: both ends of a subscription that is told, refreshed and left', () => {
  const talk = new Talk();
  const asking = talk.send(0, 'alice>bob', 'SUBSCRIBE', {
    headers: [presence, ['Expires', '100']],
  });
  const taken = talk.answer(10, asking, 200, { headers: [['Expires', '100']] });
  const tell = (at: number, state: string): void => {
    const headers = [presence, ['Subscription-State', state]] as const;
    const telling = talk.send(at, 'bob>alice', 'NOTIFY', { within: taken, headers });
    talk.answer(at + 10, telling, 200);
  };
  const ask = (at: number, seconds: number): void => {
    const headers = [presence, ['Expires', String(seconds)]] as const;
    const again = talk.send(at, 'alice>bob', 'SUBSCRIBE', { within: taken, headers });
    talk.answer(at + 10, again, 200, { headers: [['Expires', String(seconds)]] });
  };
  tell(20, 'pending;expires=100');
  tell(5000, 'active;expires=95');
  ask(60_000, 100);
  tell(60_020, 'active;expires=100');
  ask(70_000, 0);
  tell(70_020, 'terminated;reason=timeout');
  expect(machinesIn(talk)).toEqual([
    'subscriber: 0 Notify wait, 20 Pending, 5000 Active, 60000 Refreshing, 60020 Active, 70000 Unsubscribing, 70020 Terminated; N 32000; refresh 68000; expiry 100000; refresh 63000 fired; expiry 95000; N 32000; expiry 100000; refresh 68000; N 32000',
    'notifier: 0 Resp wait, 10 Pending, 5000 Active, 70000 Ending, 70030 Terminated; expiry 100000; expiry 100000',
  ]);
});

test('RFC 6665 §4.2.1.1: a 489 ends it for who asked, and made nothing of who answered', () => {
  const talk = new Talk();
  talk.answer(10, talk.send(0, 'alice>bob', 'SUBSCRIBE', { headers: [presence] }), 489);
  expect(machinesIn(talk)).toEqual(['subscriber: 0 Notify wait, 10 Terminated; N 32000']);
});

test('RFC 6665 §4.1.2.4: who is never told gives up by Timer N', () => {
  const talk = new Talk();
  talk.answer(10, talk.send(0, 'alice>bob', 'SUBSCRIBE', { headers: [presence] }), 200);
  watch(talk, 40_000);
  expect(machinesIn(talk)).toContain('subscriber: 0 Notify wait, 32000 Terminated; N 32000 fired');
});

test('RFC 6665 §4.1.4: the NOTIFY of another notifier makes a subscription of its own', () => {
  const talk = new Talk();
  const asking = talk.send(0, 'alice>proxy', 'SUBSCRIBE', { to: 'bob', headers: [presence] });
  talk.answer(10, asking, 200, { toTag: 'bob-tag' });
  for (const [at, way] of [
    [20, 'bob>alice'],
    [30, 'carol>alice'],
  ] as const) {
    const headers = [presence, ['Subscription-State', 'active;expires=600']] as const;
    const telling = talk.send(at, way, 'NOTIFY', { toTag: 'alice-tag', headers });
    talk.answer(at + 5, telling, 200);
  }
  expect(machinesIn(talk).map((text) => text.split(';')[0])).toEqual([
    'subscriber: 0 Notify wait, 20 Active',
    'subscriber: 30 Notify wait, 30 Active',
  ]);
});

test('RFC 3515 §2.4.4: a REFER in a call makes a subscription, which ends with the NOTIFY that says so', () => {
  const talk = new Talk();
  const taken = talk.answer(10, talk.send(0, 'alice>bob', 'INVITE'), 200);
  talk.ack(20, taken);
  const refer = talk.send(1000, 'alice>bob', 'REFER', {
    within: taken,
    headers: [['Refer-To', '<sip:carol@example.com>']],
  });
  talk.answer(1010, refer, 202);
  const tell = (at: number, state: string, line: string): void => {
    const telling = talk.send(at, 'bob>alice', 'NOTIFY', {
      within: taken,
      headers: [
        ['Event', 'refer'],
        ['Subscription-State', state],
      ],
      body: ['message/sipfrag', line],
    });
    talk.answer(at + 10, telling, 200);
  };
  tell(1020, 'active;expires=60', 'SIP/2.0 100 Trying');
  tell(3000, 'terminated;reason=noresource', 'SIP/2.0 200 OK');
  expect(machinesIn(talk)).toEqual([
    'subscriber: 1000 Notify wait, 1020 Active, 3000 Terminated; N 32000; refresh 30000; expiry 60000',
    'notifier: 1000 Resp wait, 1010 Active, 3000 Ending, 3010 Terminated; expiry 60000',
  ]);
});

test('RFC 3903 §4: a state that is published, refreshed and taken away', () => {
  const talk = new Talk();
  const publish = (at: number, seconds: number, tag?: string, text?: string): void => {
    const asking = talk.send(at, 'alice>proxy', 'PUBLISH', {
      to: 'alice',
      headers: [
        presence,
        ['Expires', String(seconds)],
        ...(tag === undefined ? [] : [['SIP-If-Match', tag] as const]),
      ],
      ...(text === undefined ? {} : { body: ['application/pidf+xml', text] as const }),
    });
    const headers = [
      ['SIP-ETag', `tag-${at}`],
      ['Expires', String(seconds)],
    ] as const;
    talk.answer(at + 10, asking, tag === 'forgotten' ? 412 : 200, { headers });
  };
  publish(0, 60, undefined, 'open');
  publish(30_010, 60, 'tag-0');
  publish(40_000, 60, 'forgotten', 'closed');
  publish(40_020, 60, undefined, 'closed');
  publish(50_000, 0, 'tag-40020');
  expect(machinesIn(talk)).toEqual([
    'publication: 0 Unpublished, 0 Publishing, 10 Published, 30010 Refreshing, 30020 Published, 40000 Publishing, 40030 Published, 50000 Removing, 50010 Ended; refresh 30000 fired; refresh 30000; refresh 30000',
  ]);
});
