// The server transactions on a virtual clock: what they answer, what they repeat, and how they end.
import { describe, expect, test } from 'vitest';
import type { TransactionStepped } from '../base/tap.ts';
import { createRequest } from '../message/create.ts';
import type { Request, Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { sipUri } from '../message/uri.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { InviteServer } from './invite-server.ts';
import { NonInviteServer } from './non-invite-server.ts';
import { TransactionTable } from './table.ts';
import { defaultSettings } from './timers.ts';

function request(method: string): Request {
  return createRequest({
    method,
    uri: sipUri('sip:bob@192.0.2.4'),
    headers: [
      ['Via', 'SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bKnashds8'],
      ['Max-Forwards', '70'],
      ['To', 'Bob <sip:bob@biloxi.example>'],
      ['From', 'Alice <sip:alice@atlanta.example>;tag=1928301774'],
      ['Call-ID', 'a84b4c76e66710'],
      ['CSeq', `314159 ${method === 'ACK' ? 'ACK' : method}`],
    ],
  });
}

function stage<Server extends InviteServer | NonInviteServer>(
  make: new (options: ConstructorParameters<typeof InviteServer>[0]) => Server,
  method: string,
  { reliable = false, settings = defaultSettings } = {},
) {
  const clock = new VirtualClock();
  const table = new TransactionTable();
  const sent: string[] = [];
  const responses: Response[] = [];
  const told: string[] = [];
  const steps: TransactionStepped[] = [];
  const original = request(method);
  const server = new make({
    surroundings: {
      clock,
      tap: { observe: (one) => one.kind === 'transaction' && steps.push(one) },
      endpoint: 'bob',
      settings,
      run: (event) => event(),
      ended: (transaction) => table.remove(transaction),
    },
    request: original,
    reliable,
    localTag: 'a6c85cf',
    send: (response, repeat) => {
      sent.push(`${clock.now()} ${response.status}${repeat ? ' again' : ''}`);
      responses.push(response);
    },
  });
  table.addServer(server);
  server.user = {
    ack: (ack) => told.push(`${clock.now()} ${ack.method}`),
    timeout: () => told.push(`${clock.now()} timeout`),
    transportError: (error) => told.push(`${clock.now()} ${error.message}`),
    ended: () => told.push(`${clock.now()} ended`),
  };
  const respond = (status: number, toTag = 'a6c85cf'): void =>
    server.respond(createResponse(original, status, { toTag }));
  const repeat = (): void => server.receive(request(method));
  const ack = (): void => server.receive(request('ACK'));
  return { clock, table, sent, responses, told, steps, server, respond, repeat, ack };
}

const invite = (options: Parameters<typeof stage>[2] = {}) =>
  stage(InviteServer, 'INVITE', options);
const other = (options: Parameters<typeof stage>[2] = {}) =>
  stage(NonInviteServer, 'OPTIONS', options);

describe('INVITE', () => {
  test.each([false, true])(
    'RFC 3261 §17.2.1: after 200 ms without an answer 100 is sent, without a To tag of ours (C063), reliable %s',
    (reliable) => {
      const { clock, sent, responses, server, table } = invite({ reliable });
      clock.advance(199);
      expect(sent).toEqual([]);
      clock.advance(1);
      expect(sent).toEqual(['200 100']);
      expect(responses[0]?.toTag).toBeUndefined();
      clock.advance(3_600_000);
      expect([sent.length, server.state, clock.pending, table.size]).toEqual([
        1,
        'Proceeding',
        0,
        1,
      ]);
    },
  );

  test('RFC 3261 §17.2.1: a user that answers within 200 ms gets no 100 (C063)', () => {
    for (const status of [100, 180, 200, 486]) {
      const { clock, sent, respond } = invite({ reliable: true });
      clock.advance(150);
      respond(status);
      clock.advance(10_000);
      expect(sent).toEqual([`150 ${status}`]);
    }
  });

  test('RFC 3261 §17.2.1: a repeat in Proceeding gets the last provisional response, and the user sees nothing (C063)', () => {
    const { clock, sent, respond, repeat, told } = invite();
    repeat();
    clock.advance(200);
    repeat();
    respond(180);
    respond(183);
    clock.advance(300);
    repeat();
    expect(sent).toEqual(['200 100', '200 100 again', '200 180', '200 183', '500 183 again']);
    expect(told).toEqual([]);
  });

  test('RFC 3261 §17.2.1: on UDP a 300-699 is repeated by Timer G at T1 doubling to T2 until H ends it at 32 s and the user is told (C064)', () => {
    const { clock, sent, respond, told, table } = invite();
    clock.advance(50);
    respond(486);
    clock.runUntilIdle();
    expect(sent).toEqual([
      '50 486',
      ...[500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500].map(
        (at) => `${at + 50} 486 again`,
      ),
    ]);
    expect(told).toEqual(['32050 timeout', '32050 ended']);
    expect(table.size).toBe(0);
  });

  test('RFC 3261 §17.2.1: on a reliable transport it is sent once, and H still ends it at 32 s (C064)', () => {
    const { clock, sent, respond, told } = invite({ reliable: true });
    respond(486);
    clock.runUntilIdle();
    expect(sent).toEqual(['0 486']);
    expect(told).toEqual(['32000 timeout', '32000 ended']);
  });

  test('RFC 3261 §17.2.1: an ACK stops the repeats, and further ACKs are absorbed for T4 on UDP (C064)', () => {
    const { clock, sent, respond, ack, told, server, repeat } = invite();
    respond(486);
    clock.advance(400);
    repeat();
    clock.advance(200);
    ack();
    expect(server.state).toBe('Confirmed');
    clock.advance(1000);
    ack();
    repeat();
    clock.runUntilIdle();
    expect(sent).toEqual(['0 486', '400 486 again', '500 486 again']);
    expect(told).toEqual(['5600 ended']);
  });

  test('RFC 3261 §17.2.1: on a reliable transport the ACK ends it at once (C064)', () => {
    const { clock, respond, ack, told, table } = invite({ reliable: true });
    respond(486);
    ack();
    expect(told).toEqual(['0 ended']);
    expect([clock.pending, table.size]).toEqual([0, 0]);
  });

  test.each([false, true])(
    'RFC 6026 §7.1: after a 2xx the server absorbs repeats, sends only what the user passes down and hands ACKs up, for 64*T1 (C065), reliable %s',
    (reliable) => {
      const { clock, sent, respond, repeat, ack, told, server, table } = invite({ reliable });
      respond(200);
      clock.advance(500);
      repeat();
      respond(200);
      clock.advance(1000);
      repeat();
      ack();
      ack();
      expect(server.state).toBe('Accepted');
      clock.advance(30_499);
      expect(table.size).toBe(1);
      clock.runUntilIdle();
      expect(sent).toEqual(['0 200', '500 200 again']);
      expect(told).toEqual(['1500 ACK', '1500 ACK', '32000 ended']);
      expect(table.size).toBe(0);
    },
  );

  test('RFC 6026 §7.1: a 2xx of another fork is passed on as a new response (C065)', () => {
    const { sent, respond } = invite();
    respond(200, 'fork1');
    respond(200, 'fork2');
    expect(sent).toEqual(['0 200', '0 200']);
  });

  test('RFC 3261 §9.2: a 487 after a CANCEL is an ordinary answer, and after a final response nothing changes (C097)', () => {
    const ringing = invite();
    ringing.respond(180);
    ringing.respond(487);
    expect(ringing.sent).toEqual(['0 180', '0 487']);
    for (const status of [200, 486]) {
      const { sent, respond, server, steps } = invite({ reliable: true });
      respond(status);
      const { state } = server;
      respond(487);
      expect([sent, server.state]).toEqual([[`0 ${status}`], state]);
      expect(steps.at(-1)).toMatchObject({ event: '300-699 from TU', stray: true });
    }
  });

  test('RFC 6026 §7.1: a response that cannot be sent is told, and state and timers are kept (C074)', () => {
    for (const status of [180, 200, 486]) {
      const { clock, server, respond, told, repeat, table } = invite();
      clock.advance(10);
      respond(status);
      const { state } = server;
      const pending = clock.pending;
      server.transportFailed(new Error('unreachable'));
      repeat();
      expect([server.state, clock.pending, table.size, told]).toEqual([
        state,
        pending,
        1,
        ['10 unreachable'],
      ]);
    }
  });

  test('after the final response the request is let go, and in Accepted and Confirmed the response too', () => {
    const { server, respond, ack } = invite();
    respond(180);
    expect([server.request?.method, server.lastResponse?.status]).toEqual(['INVITE', 180]);
    respond(486);
    expect([server.request, server.lastResponse?.status, server.finished]).toEqual([
      undefined,
      486,
      true,
    ]);
    ack();
    expect([server.lastResponse, server.lastStatus, server.lastTag]).toEqual([
      undefined,
      486,
      'a6c85cf',
    ]);
    const accepted = invite();
    accepted.respond(200);
    expect([accepted.server.request, accepted.server.lastResponse]).toEqual([undefined, undefined]);
    expect(accepted.server.lastStatus).toBe(200);
  });
});

describe('non-INVITE', () => {
  test('RFC 3261 §17.2.2: a repeat is dropped in Trying, gets the 100 in Proceeding and the same final in Completed (C066)', () => {
    const { clock, sent, repeat, respond, told } = other();
    clock.advance(500);
    repeat();
    clock.advance(3500);
    repeat();
    respond(200);
    clock.advance(500);
    repeat();
    respond(404);
    clock.advance(500);
    repeat();
    expect(sent).toEqual([
      '3500 100',
      '4000 100 again',
      '4000 200',
      '4500 200 again',
      '5000 200 again',
    ]);
    expect(told).toEqual([]);
  });

  test('RFC 3261 §17.2.2: Timer J keeps the final response for 64*T1 on UDP (C066)', () => {
    const { clock, respond, told, table } = other();
    clock.advance(1000);
    respond(200);
    clock.advance(31_999);
    expect(table.size).toBe(1);
    clock.advance(1);
    expect([table.size, clock.pending, told]).toEqual([0, 0, ['33000 ended']]);
  });

  test('RFC 3261 §17.2.2: on a reliable transport the final response ends it at once (C066)', () => {
    const { clock, respond, sent, told, table } = other({ reliable: true });
    respond(200);
    expect([sent, told, table.size, clock.pending]).toEqual([['0 200'], ['0 ended'], 0, 0]);
  });

  test.each([false, true])(
    'RFC 4320 §4.1: 100 is sent by itself when Timer E would have reached T2, on any transport (C067), reliable %s',
    (reliable) => {
      const { clock, sent, responses } = other({ reliable });
      clock.advance(3499);
      expect(sent).toEqual([]);
      clock.advance(60_000);
      expect(sent).toEqual(['3500 100']);
      expect(responses[0]?.toTag).toBeUndefined();
    },
  );

  test('RFC 4320 §4.1: that instant follows from T1 and T2 (C067)', () => {
    const { clock, sent } = other({ settings: { t1: 1000, t2: 4000, t4: 5000 } });
    clock.advance(10_000);
    expect(sent).toEqual(['3000 100']);
  });

  test('RFC 4320 §4.1: on UDP a 100 of the user is not sent before 3.5 s, on a reliable transport it is (C067)', () => {
    const udp = other();
    udp.clock.advance(1000);
    udp.respond(100);
    udp.clock.advance(3000);
    udp.respond(100);
    expect(udp.sent).toEqual(['3500 100', '4000 100']);
    const tcp = other({ reliable: true });
    tcp.respond(100);
    tcp.clock.advance(10_000);
    expect(tcp.sent).toEqual(['0 100']);
  });

  test('RFC 4320 §4.1: a provisional response other than 100 is never sent (C067)', () => {
    for (const reliable of [false, true]) {
      const { clock, sent, respond } = other({ reliable });
      respond(180);
      clock.advance(4000);
      respond(183);
      respond(199);
      expect(sent).toEqual(['3500 100']);
    }
  });

  test('RFC 4320 §4.2: a 408 is never sent, nor a final response after it, and the transaction still ends (C068)', () => {
    for (const wait of [0, 4000]) {
      const { clock, sent, respond, repeat, table, server } = other();
      clock.advance(wait);
      const before = sent.length;
      respond(408);
      expect(server.state).toBe('Abandoned');
      repeat();
      respond(200);
      clock.runUntilIdle();
      expect(sent.slice(before)).toEqual([]);
      expect(table.size).toBe(0);
    }
    const { respond, sent, table } = other({ reliable: true });
    respond(408);
    expect([sent, table.size]).toEqual([[], 0]);
  });

  test('RFC 3261 §9.2: a repeated CANCEL gets the same 200 from its own transaction (C072)', () => {
    const { clock, sent, respond, repeat, responses, told } = stage(NonInviteServer, 'CANCEL');
    respond(200);
    repeat();
    clock.advance(500);
    repeat();
    expect(sent).toEqual(['0 200', '0 200 again', '500 200 again']);
    expect(new Set(responses.map((response) => response.toText())).size).toBe(1);
    expect(told).toEqual([]);
  });

  test('RFC 6026 §8.8: a response that cannot be sent is told, and state and timers are kept (C074)', () => {
    for (const status of [100, 200]) {
      const { clock, server, respond, told, table } = other();
      clock.advance(4000);
      respond(status);
      const { state } = server;
      const pending = clock.pending;
      server.transportFailed(new Error('unreachable'));
      expect([server.state, clock.pending, table.size, told]).toEqual([
        state,
        pending,
        1,
        ['4000 unreachable'],
      ]);
    }
  });
});

test('a storm of 10,000 repeats in a second reaches no user and gets at most one answer in 100 ms (X21)', () => {
  for (const { clock, respond, repeat, sent, told } of [invite({ reliable: true }), other()]) {
    respond(486);
    for (let count = 0; count < 10_000; count += 1) {
      repeat();
      clock.advance(0.1);
    }
    expect(sent).toHaveLength(11);
    expect(told).toEqual([]);
  }
});
