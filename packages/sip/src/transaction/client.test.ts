// The client transactions on a virtual clock: when they send, what they tell, and how they end.
import { describe, expect, test } from 'vitest';
import type { Observation, TransactionStepped } from '../base/tap.ts';
import { createRequest } from '../message/create.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { sipUri } from '../message/uri.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { cancelFor } from './cancel.ts';
import { InviteClient } from './invite-client.ts';
import { NonInviteClient } from './non-invite-client.ts';
import { TransactionTable } from './table.ts';
import { defaultSettings } from './timers.ts';

const unreliableInvite = [0, 500, 1500, 3500, 7500, 15500, 31500];
const unreliableOther = [0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500];

function request(method: string): Request {
  return createRequest({
    method,
    uri: sipUri('sip:bob@biloxi.example;transport=udp'),
    headers: [
      ['Via', 'SIP/2.0/UDP pc33.atlanta.example:5066;branch=z9hG4bKkjshdyff;rport'],
      ['Via', 'SIP/2.0/UDP further.example;branch=z9hG4bKother'],
      ['Max-Forwards', '70'],
      ['Route', '<sip:p1.example;lr>, <sip:p2.example;lr>'],
      ['Route', '<sip:p3.example;lr>'],
      ['To', 'Bob <sip:bob@biloxi.example>'],
      ['From', '"Alice" <sip:alice@atlanta.example>;tag=88sja8x'],
      ['Call-ID', '987asjd97y7atg'],
      ['CSeq', `986759 ${method}`],
      ['Require', 'precondition'],
      ['Proxy-Require', 'sec-agree'],
      ['Contact', '<sip:alice@pc33.atlanta.example>'],
    ],
  });
}

function stage<Client extends InviteClient | NonInviteClient>(
  make: new (options: ConstructorParameters<typeof InviteClient>[0]) => Client,
  { reliable = false, method = 'INVITE', settings = defaultSettings, tap = false } = {},
) {
  const clock = new VirtualClock();
  const table = new TransactionTable();
  const sent: { at: number; message: Request; repeat: boolean }[] = [];
  const told: string[] = [];
  const seen: Observation[] = [];
  const original = request(method);
  const client = new make({
    surroundings: {
      clock,
      tap: tap ? { observe: (observation) => seen.push(observation) } : undefined,
      endpoint: 'alice',
      settings,
      run: (event) => event(),
      ended: (transaction) => table.remove(transaction),
    },
    request: original,
    reliable,
    send: (message, repeat) => sent.push({ at: clock.now(), message, repeat }),
    user: {
      response: (response) => told.push(`${clock.now()} ${response.status}`),
      timeout: () => told.push(`${clock.now()} timeout`),
      transportError: (error) => told.push(`${clock.now()} ${error.message}`),
      ended: () => told.push(`${clock.now()} ended`),
    },
  });
  table.addClient(client);
  client.start();
  const receive = (status: number, toTag = 'bob1'): Response => {
    const response = createResponse(original, status, { toTag });
    client.receive(response);
    return response;
  };
  const times = (name: string): number[] =>
    sent.filter((one) => one.message.method === name).map((one) => one.at);
  const steps = (): TransactionStepped[] =>
    seen.filter((one): one is TransactionStepped => one.kind === 'transaction');
  return { clock, table, sent, told, client, original, receive, times, steps };
}

const invite = (options: Parameters<typeof stage>[1] = {}) => stage(InviteClient, options);
const other = (options: Parameters<typeof stage>[1] = {}) =>
  stage(NonInviteClient, { method: 'OPTIONS', ...options });

describe('INVITE', () => {
  test('RFC 3261 §17.1.1.2: on UDP an INVITE is sent at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s, and times out at 32 s without an ACK (C056)', () => {
    const { clock, sent, told, times, table } = invite();
    clock.advance(31_999);
    expect(told).toEqual([]);
    clock.runUntilIdle();
    expect(times('INVITE')).toEqual(unreliableInvite);
    expect(sent).toHaveLength(7);
    expect(sent.map((one) => one.repeat)).toEqual([false, true, true, true, true, true, true]);
    expect(told).toEqual(['32000 timeout', '32000 ended']);
    expect(table.size).toBe(0);
  });

  test('RFC 3261 §17.1.1.2: on a reliable transport an INVITE is sent once and times out at 32 s (C056)', () => {
    const { clock, sent, told } = invite({ reliable: true });
    clock.runUntilIdle();
    expect(sent.map((one) => one.at)).toEqual([0]);
    expect(told).toEqual(['32000 timeout', '32000 ended']);
  });

  test('RFC 3261 §17.1.1.2: every instant scales with T1 (C056)', () => {
    const { clock, times, told } = invite({ settings: { t1: 100, t2: 4000, t4: 5000 } });
    clock.runUntilIdle();
    expect(times('INVITE')).toEqual(unreliableInvite.map((at) => at / 5));
    expect(told[0]).toBe('6400 timeout');
  });

  test('RFC 3261 §17.1.1.2: any 1xx ends the repeats, and every 1xx reaches the user (C057)', () => {
    const { clock, receive, client, times, told } = invite();
    clock.advance(600);
    for (const status of [100, 180, 183, 199, 180]) receive(status);
    clock.advance(600_000);
    expect(client.state).toBe('Proceeding');
    expect(times('INVITE')).toEqual([0, 500]);
    expect(told).toEqual(['600 100', '600 180', '600 183', '600 199', '600 180']);
    expect(clock.pending).toBe(0);
  });

  test('RFC 3261 §17.1.1.2: 300-699 is ACKed by the transaction, its repeats are ACKed again and not passed up, for 32 s on UDP (C058)', () => {
    const { clock, receive, client, times, told, table, sent } = invite();
    clock.advance(100);
    receive(180);
    clock.advance(100);
    receive(486);
    expect(client.state).toBe('Completed');
    clock.advance(700);
    receive(486);
    receive(603);
    expect(times('ACK')).toEqual([200, 900, 900]);
    expect(sent.filter((one) => one.message.method === 'ACK').map((one) => one.repeat)).toEqual([
      false,
      true,
      true,
    ]);
    clock.runUntilIdle();
    expect(told).toEqual(['100 180', '200 486', '32200 ended']);
    expect(table.size).toBe(0);
  });

  test('RFC 6026 §8.4: Timer D is at least 32 s even where T1 is small, and 64*T1 where T1 is large (C058)', () => {
    for (const [t1, d] of [
      [10, 32_000],
      [1000, 64_000],
    ] as const) {
      const { clock, receive, told } = invite({ settings: { t1, t2: 4000, t4: 5000 } });
      receive(404);
      clock.runUntilIdle();
      expect(told).toEqual(['0 404', `${d} ended`]);
    }
  });

  test('RFC 3261 §17.1.1.2: on a reliable transport 300-699 is ACKed too, and the transaction is gone at once (C058)', () => {
    const { clock, receive, times, told, table } = invite({ reliable: true });
    receive(486);
    expect(times('ACK')).toEqual([0]);
    expect(told).toEqual(['0 486', '0 ended']);
    expect(table.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('RFC 3261 §17.1.1.3: the ACK copies the INVITE and takes To from the response (C059)', () => {
    const { receive, sent } = invite();
    receive(486, 'zz9');
    const ack = sent.at(-1)?.message;
    expect(
      ack
        ?.toText()
        .split('\r\n')
        .filter((row) => !row.startsWith('Content-Length')),
    ).toEqual([
      'ACK sip:bob@biloxi.example;transport=udp SIP/2.0',
      'Via: SIP/2.0/UDP pc33.atlanta.example:5066;branch=z9hG4bKkjshdyff;rport',
      'Max-Forwards: 70',
      'Route: <sip:p1.example;lr>, <sip:p2.example;lr>',
      'Route: <sip:p3.example;lr>',
      'From: "Alice" <sip:alice@atlanta.example>;tag=88sja8x',
      'To: Bob <sip:bob@biloxi.example>;tag=zz9',
      'Call-ID: 987asjd97y7atg',
      'CSeq: 986759 ACK',
      '',
      '',
    ]);
  });

  test.each([false, true])(
    'RFC 6026 §7.2: after a 2xx the client stays in Accepted for 64*T1, passes up each further 2xx and never ACKs (C060), reliable %s',
    (reliable) => {
      const { clock, receive, client, told, sent, table } = invite({ reliable });
      receive(200, 'fork1');
      clock.advance(500);
      receive(200, 'fork1');
      receive(200, 'fork2');
      receive(180, 'fork3');
      receive(486, 'fork3');
      expect(client.state).toBe('Accepted');
      clock.advance(31_499);
      expect(table.size).toBe(1);
      clock.advance(1);
      expect(table.size).toBe(0);
      expect(told).toEqual(['0 200', '500 200', '500 200', '32000 ended']);
      expect(sent.map((one) => one.message.method)).toEqual(['INVITE']);
    },
  );

  test('RFC 3261 §17.1.4: when the INVITE cannot be sent the user is told and the transaction is gone (C076)', () => {
    const { client, clock, told, table } = invite();
    client.transportFailed(new Error('unreachable'));
    expect(told).toEqual(['0 unreachable', '0 ended']);
    expect([table.size, clock.pending]).toEqual([0, 0]);
  });

  test('RFC 3261 §17.1.1.2: a late error in Proceeding changes nothing, and one in Completed ends the transaction', () => {
    const { client, receive, told, table } = invite();
    receive(180);
    client.transportFailed(new Error('late'));
    expect(client.state).toBe('Proceeding');
    receive(500);
    client.transportFailed(new Error('no ACK'));
    expect(told).toEqual(['0 180', '0 500', '0 no ACK', '0 ended']);
    expect(table.size).toBe(0);
  });
});

describe('CANCEL', () => {
  test('RFC 3261 §9.1: a CANCEL copies Request-URI, Call-ID, To, From, CSeq number, Route and the top Via, and has no Require (C094)', () => {
    const cancel = cancelFor(request('INVITE'), [
      ['Reason', 'SIP;cause=200;text="Call completed elsewhere"'],
      ['Require', '100rel'],
      ['proxy-require', 'x'],
    ]);
    expect(
      cancel
        .toText()
        .split('\r\n')
        .filter((row) => !row.startsWith('Content-Length')),
    ).toEqual([
      'CANCEL sip:bob@biloxi.example;transport=udp SIP/2.0',
      'Via: SIP/2.0/UDP pc33.atlanta.example:5066;branch=z9hG4bKkjshdyff;rport',
      'Max-Forwards: 70',
      'Route: <sip:p1.example;lr>, <sip:p2.example;lr>',
      'Route: <sip:p3.example;lr>',
      'From: "Alice" <sip:alice@atlanta.example>;tag=88sja8x',
      'To: Bob <sip:bob@biloxi.example>',
      'Call-ID: 987asjd97y7atg',
      'CSeq: 986759 CANCEL',
      'Reason: SIP;cause=200;text="Call completed elsewhere"',
      '',
      '',
    ]);
  });

  test('RFC 3261 §9.1: a wish to cancel waits for the first 1xx while the INVITE is repeated (C095)', () => {
    const { clock, client, receive, times, told } = invite();
    const cancels: number[] = [];
    client.cancel(() => cancels.push(clock.now()));
    clock.advance(1600);
    expect(client.state).toBe('Calling, cancel wanted');
    expect(times('INVITE')).toEqual([0, 500, 1500]);
    expect(cancels).toEqual([]);
    receive(100);
    receive(180);
    expect(cancels).toEqual([1600]);
    expect(told).toEqual(['1600 100', '1600 180']);
  });

  test('RFC 3261 §9.1: after a 1xx the CANCEL is sent at once, and only one however often it is asked for (C095)', () => {
    const { client, receive } = invite();
    const cancels: Request[] = [];
    receive(180);
    client.cancel((cancel) => cancels.push(cancel), [['Reason', 'SIP;cause=200']]);
    client.cancel((cancel) => cancels.push(cancel));
    expect(cancels.map((cancel) => [cancel.method, cancel.rows('Reason')])).toEqual([
      ['CANCEL', ['SIP;cause=200']],
    ]);
  });

  test.each([200, 486])(
    'RFC 3261 §9.1: when a final %i comes first there is no CANCEL (C095)',
    (status) => {
      const { client, receive, clock, told } = invite();
      const cancels: Request[] = [];
      client.cancel((cancel) => cancels.push(cancel));
      receive(status);
      client.cancel((cancel) => cancels.push(cancel));
      clock.runUntilIdle();
      expect(cancels).toEqual([]);
      expect(told[0]).toBe(`0 ${status}`);
    },
  );

  test('RFC 3261 §9.1: a wish to cancel that no response ever answers ends with Timer B (C095)', () => {
    const { client, clock, told, times } = invite();
    client.cancel(() => told.push('CANCEL'));
    clock.runUntilIdle();
    expect(times('INVITE')).toEqual(unreliableInvite);
    expect(told).toEqual(['32000 timeout', '32000 ended']);
  });

  test('RFC 3261 §9.1: with no final response 64*T1 after the CANCEL the INVITE transaction is gone (C096)', () => {
    const { client, clock, receive, told, table } = invite();
    receive(180);
    clock.advance(10_000);
    client.cancel(() => told.push(`${clock.now()} CANCEL`));
    clock.advance(5000);
    receive(180);
    clock.runUntilIdle();
    expect(told).toEqual(['0 180', '10000 CANCEL', '15000 180', '42000 timeout', '42000 ended']);
    expect(table.size).toBe(0);
  });

  test('RFC 3261 §9.1: the 487 after a CANCEL is ACKed, and a 2xx that crossed it is passed up (C096)', () => {
    for (const status of [487, 200]) {
      const { client, clock, receive, told, times } = invite();
      receive(180);
      client.cancel(() => {});
      receive(status);
      clock.runUntilIdle();
      expect(told).toEqual(['0 180', `0 ${status}`, '32000 ended']);
      expect(times('ACK')).toEqual(status === 487 ? [0] : []);
    }
  });

  test('RFC 3261 §9.1: a user that cancels while it is told of a 1xx gets its CANCEL after it', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const original = request('INVITE');
    const client: InviteClient = new InviteClient({
      surroundings: {
        clock,
        tap: undefined,
        endpoint: 'a',
        settings: defaultSettings,
        run: (e) => e(),
        ended: () => {},
      },
      request: original,
      reliable: false,
      send: () => {},
      user: {
        response: (response) => {
          log.push(`${response.status}`);
          client.cancel((cancel) => log.push(cancel.method));
        },
        timeout: () => {},
        transportError: () => {},
      },
    });
    client.start();
    client.receive(createResponse(original, 180, { toTag: 'b' }));
    expect(log).toEqual(['180', 'CANCEL']);
  });
});

describe('non-INVITE', () => {
  test('RFC 3261 §17.1.2.2: on UDP eleven sends at 0, 0.5, 1.5, 3.5, 7.5 and then every 4 s, and a timeout at 32 s (C061)', () => {
    const { clock, times, told, table } = other();
    clock.runUntilIdle();
    expect(times('OPTIONS')).toEqual(unreliableOther);
    expect(told).toEqual(['32000 timeout', '32000 ended']);
    expect(table.size).toBe(0);
  });

  test('RFC 3261 §17.1.2.2: on a reliable transport one send and a timeout at 32 s (C061)', () => {
    const { clock, times, told } = other({ reliable: true });
    clock.runUntilIdle();
    expect(times('OPTIONS')).toEqual([0]);
    expect(told).toEqual(['32000 timeout', '32000 ended']);
  });

  test('RFC 3261 §17.1.2.2: after a 1xx it is repeated every 4 s, and Timer F goes on from the start (C061)', () => {
    const { clock, times, told, receive } = other();
    clock.advance(600);
    receive(100);
    clock.runUntilIdle();
    expect(times('OPTIONS')).toEqual([0, 500, 1500, 5500, 9500, 13500, 17500, 21500, 25500, 29500]);
    expect(told).toEqual(['600 100', '32000 timeout', '32000 ended']);
  });

  test('RFC 3261 §17.1.2.2: a final response goes up once, and its repeats are absorbed for T4 on UDP (C062)', () => {
    const { clock, receive, told, client, times } = other();
    clock.advance(500);
    receive(200);
    clock.advance(4000);
    receive(200);
    receive(404);
    expect(client.state).toBe('Completed');
    clock.runUntilIdle();
    expect(told).toEqual(['500 200', '5500 ended']);
    expect(times('OPTIONS')).toEqual([0, 500]);
  });

  test('RFC 3261 §17.1.2.2: on a reliable transport a final response ends it at once (C062)', () => {
    const { receive, told, clock, table } = other({ reliable: true });
    receive(100);
    receive(200);
    expect(told).toEqual(['0 100', '0 200', '0 ended']);
    expect([clock.pending, table.size]).toEqual([0, 0]);
  });

  test('RFC 3261 §17.1.4: a transport error in Trying or Proceeding is told and ends it; in Completed nothing is sent that could fail', () => {
    for (const statuses of [[], [100]]) {
      const { client, receive, told, table } = other();
      for (const status of statuses) receive(status);
      client.transportFailed(new Error('gone'));
      expect(told.slice(-2)).toEqual(['0 gone', '0 ended']);
      expect(table.size).toBe(0);
    }
    const { client, receive, told } = other();
    receive(200);
    client.transportFailed(new Error('gone'));
    expect([client.state, told]).toEqual(['Completed', ['0 200']]);
  });
});

describe('what is observed and kept', () => {
  test('birth, each step and strays are observed with timers in wall-clock time', () => {
    const { clock, receive, steps } = invite({ tap: true });
    const born = clock.wall();
    clock.advance(500);
    receive(180);
    receive(200);
    receive(486);
    expect(steps().map(({ event, before, after, stray }) => [event, before, after, stray])).toEqual(
      [
        ['created', undefined, 'Calling', undefined],
        ['Timer A fires', 'Calling', 'Calling', undefined],
        ['1xx', 'Calling', 'Proceeding', undefined],
        ['2xx', 'Proceeding', 'Accepted', undefined],
        ['300-699', 'Accepted', 'Accepted', true],
      ],
    );
    expect(steps()[0]).toMatchObject({
      v: 1,
      at: born,
      endpoint: 'alice',
      kind: 'transaction',
      figure: 'invite-client',
      method: 'INVITE',
      branch: 'z9hG4bKkjshdyff',
      callId: '987asjd97y7atg',
      timers: [
        { name: 'A', due: born + 500 },
        { name: 'B', due: born + 32_000 },
      ],
    });
    expect(steps()[1]?.actions).toEqual(['reset A', 'INVITE sent']);
    expect(steps()[1]?.timers).toEqual([
      { name: 'B', due: born + 32_000 },
      { name: 'A', due: born + 1500 },
    ]);
    expect(new Set(steps().map((step) => step.id)).size).toBe(1);
  });

  test('the request is let go once a final response came', () => {
    for (const { client, receive } of [invite(), other()]) {
      receive(180);
      expect(client.request?.callId).toBe('987asjd97y7atg');
      receive(200);
      expect([client.request, client.finished]).toEqual([undefined, true]);
    }
  });

  test('a transaction that is stopped tells nobody, and no timer is left', () => {
    for (const { client, receive, told, clock } of [invite(), other()]) {
      client.stop();
      receive(200);
      clock.advance(100_000);
      expect([clock.pending, told]).toEqual([0, []]);
    }
  });
});
