// Matching: which transaction a message belongs to, what belongs to none, and when the table is full.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import type { Request, Response } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { createResponse } from '../message/respond.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { InviteClient } from './invite-client.ts';
import { InviteServer } from './invite-server.ts';
import { clientKey, serverKey } from './key.ts';
import { NonInviteClient } from './non-invite-client.ts';
import { NonInviteServer } from './non-invite-server.ts';
import { TransactionTable } from './table.ts';
import { defaultSettings } from './timers.ts';
import type { TransactionSurroundings } from './transaction.ts';

interface Parts {
  readonly method?: string;
  readonly uri?: string;
  readonly via?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly number?: number;
}

function request(parts: Parts = {}): Request {
  const {
    method = 'INVITE',
    uri = 'sip:bob@biloxi.example',
    via = 'SIP/2.0/UDP a.example:5060;branch=z9hG4bK1',
    from = '<sip:alice@a.example>;tag=f1',
    to = '<sip:bob@biloxi.example>',
    callId = 'call1',
    number = 1,
  } = parts;
  const text = `${method} ${uri} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${number} ${method}\r\nContent-Length: 0\r\n\r\n`;
  const parsed = parseMessage(latin1Bytes(text));
  if (!parsed.ok || parsed.value.kind !== 'request') throw new Error(text);
  return parsed.value;
}

function stage(limits = {}) {
  const clock = new VirtualClock();
  const table = new TransactionTable(limits);
  const surroundings: TransactionSurroundings = {
    clock,
    tap: undefined,
    endpoint: 'x',
    settings: defaultSettings,
    run: (event) => event(),
    ended: (transaction) => table.remove(transaction),
  };
  const user = { response() {}, timeout() {}, transportError() {} };
  const client = (parts: Parts, reliable = false): InviteClient | NonInviteClient => {
    const options = { surroundings, request: request(parts), reliable, send() {}, user };
    const made =
      (parts.method ?? 'INVITE') === 'INVITE'
        ? new InviteClient(options)
        : new NonInviteClient(options);
    table.addClient(made);
    made.start();
    return made;
  };
  const server = (parts: Parts, reliable = false): InviteServer | NonInviteServer => {
    const options = {
      surroundings,
      request: request(parts),
      reliable,
      localTag: 'our1',
      send() {},
    };
    const made =
      (parts.method ?? 'INVITE') === 'INVITE'
        ? new InviteServer(options)
        : new NonInviteServer(options);
    table.addServer(made);
    return made;
  };
  return { clock, table, client, server };
}

const answer = (status: number, parts: Parts = {}, toTag = 'our1'): Response =>
  createResponse(request(parts), status, { toTag });

describe('responses', () => {
  test('RFC 3261 §17.1.3: branch and CSeq method decide, so that the 200 to a CANCEL does not land on its INVITE (C069)', () => {
    const { table, client } = stage();
    const invite = client({});
    const cancel = client({ method: 'CANCEL' });
    expect(table.matchResponse(answer(200, { method: 'CANCEL' }))).toBe(cancel);
    expect(table.matchResponse(answer(200))).toBe(invite);
    expect(
      table.matchResponse(
        answer(200, { via: 'SIP/2.0/UDP elsewhere;branch=z9hG4bK1;received=192.0.2.1' }),
      ),
    ).toBe(invite);
  });

  test('RFC 3261 §7.3.1: a branch whose letter case was changed on the way still matches', () => {
    const { table, client } = stage();
    const invite = client({ via: 'SIP/2.0/UDP a.example;branch=z9hG4bKaBc' });
    expect(
      table.matchResponse(answer(180, { via: 'SIP/2.0/UDP a.example;branch=Z9HG4BKabc' })),
    ).toBe(invite);
  });

  test('RFC 6026 §7.3: a response of another branch or method matches nothing (C075)', () => {
    const { table, client } = stage();
    client({});
    expect(
      table.matchResponse(answer(200, { via: 'SIP/2.0/UDP a.example;branch=z9hG4bK2' })),
    ).toBeUndefined();
    expect(table.matchResponse(answer(200, { method: 'OPTIONS' }))).toBeUndefined();
    expect(table.matchResponse(answer(200, { via: 'SIP/2.0/UDP a.example' }))).toBeUndefined();
  });
});

describe('requests', () => {
  test('RFC 3261 §17.2.3: branch, sent-by and method decide, and an ACK goes to its INVITE (C070)', () => {
    const { table, server } = stage();
    const invite = server({});
    const options = server({ method: 'OPTIONS' });
    expect(table.matchRequest(request())).toBe(invite);
    expect(
      table.matchRequest(request({ method: 'ACK', to: '<sip:bob@biloxi.example>;tag=our1' })),
    ).toBe(invite);
    expect(table.matchRequest(request({ method: 'OPTIONS' }))).toBe(options);
    expect(table.matchRequest(request({ method: 'MESSAGE' }))).toBeUndefined();
  });

  test('RFC 3261 §17.2.3: the same branch from another sent-by is another transaction (C070)', () => {
    const { table, server } = stage();
    const one = server({});
    expect(table.matchRequest(request({ via: 'SIP/2.0/UDP A.Example:5060;branch=z9hG4bK1' }))).toBe(
      one,
    );
    for (const sentBy of ['b.example:5060', 'a.example:5061', 'a.example']) {
      expect(
        table.matchRequest(request({ via: `SIP/2.0/UDP ${sentBy};branch=z9hG4bK1` })),
      ).toBeUndefined();
    }
  });

  test('RFC 3261 §17.2.3: what we wrote into Via ourselves does not count', () => {
    const { table, server } = stage();
    const one = server({});
    expect(
      table.matchRequest(
        request({ via: 'SIP/2.0/UDP a.example:5060;branch=z9hG4bK1;received=192.0.2.1;rport=9' }),
      ),
    ).toBe(one);
  });

  test('RFC 3261 §9.2: a CANCEL finds the INVITE of the same branch, and its own transaction is another one (C097)', () => {
    const { table, server } = stage();
    const invite = server({});
    const cancel = request({ method: 'CANCEL' });
    expect(table.matchRequest(cancel)).toBeUndefined();
    expect(table.matchCancelled(cancel)).toBe(invite);
    const own = server({ method: 'CANCEL' });
    expect(table.matchRequest(cancel)).toBe(own);
    expect(table.matchesOther(cancel)).toBe(false);
  });

  test('RFC 3261 §9.2: a CANCEL that means an OPTIONS is known, and one that means nothing is not (C098)', () => {
    const { table, server } = stage();
    server({ method: 'OPTIONS' });
    const cancel = request({ method: 'CANCEL' });
    expect([table.matchCancelled(cancel), table.matchesOther(cancel)]).toEqual([undefined, true]);
    const stray = request({ method: 'CANCEL', via: 'SIP/2.0/UDP a.example:5060;branch=z9hG4bK9' });
    expect([table.matchCancelled(stray), table.matchesOther(stray)]).toEqual([undefined, false]);
  });

  test('RFC 3261 §17.1.1.3: an ACK that matches nothing finds nothing, also one whose branch is an OPTIONS (C073)', () => {
    const { table, server } = stage();
    server({ method: 'OPTIONS' });
    expect(table.matchRequest(request({ method: 'ACK' }))).toBeUndefined();
  });
});

describe('RFC 2543 peers', () => {
  const vias = [
    'SIP/2.0/UDP old.example',
    'SIP/2.0/UDP old.example;branch=1',
    'SIP/2.0/UDP old.example;branch=z9hG4bK',
  ];

  test.each(vias)(
    'RFC 3261 §17.2.3: without an identifying branch the other headers decide (C071): %s',
    (via) => {
      const { table, server } = stage();
      const invite = server({ via });
      expect(table.matchRequest(request({ via }))).toBe(invite);
      expect(table.matchRequest(request({ via: `${via};received=192.0.2.1` }))).toBe(invite);
      const differing: readonly Parts[] = [
        { uri: 'sip:carol@biloxi.example' },
        { to: '<sip:bob@biloxi.example>;tag=x' },
        { from: '<sip:alice@a.example>;tag=f2' },
        { callId: 'call2' },
        { number: 2 },
        { via: 'SIP/2.0/TCP old.example' },
        { method: 'OPTIONS' },
      ];
      for (const parts of differing)
        expect(table.matchRequest(request({ via, ...parts }))).toBeUndefined();
    },
  );

  test.each(vias)(
    'RFC 3261 §17.2.3: their ACK matches by the To tag of the response that was sent (C071): %s',
    (via) => {
      const { table, server } = stage();
      const invite = server({ via });
      invite.respond(answer(486, { via }, 'theirs'));
      const ack = (tag: string): Request =>
        request({ method: 'ACK', via, to: `<sip:bob@biloxi.example>;tag=${tag}` });
      expect(table.matchRequest(ack('theirs'))).toBe(invite);
      expect(table.matchRequest(ack('other'))).toBeUndefined();
    },
  );

  test('RFC 3261 §17.2.3: the ACK to a re-INVITE of theirs matches, since both carry the To tag (C071)', () => {
    const { table, server } = stage();
    const to = '<sip:bob@biloxi.example>;tag=our1';
    const invite = server({ via: 'SIP/2.0/UDP old.example', to });
    expect(table.matchRequest(request({ method: 'ACK', via: 'SIP/2.0/UDP old.example', to }))).toBe(
      invite,
    );
  });

  test('RFC 3261 §12.1.1: without a From tag nothing crashes, and the transaction is found (C071)', () => {
    const { table, server } = stage();
    const parts = { via: 'SIP/2.0/UDP old.example', from: 'sip:alice@a.example' };
    const invite = server(parts);
    expect(table.matchRequest(request(parts))).toBe(invite);
    expect(table.matchCancelled(request({ ...parts, method: 'CANCEL' }))).toBe(invite);
  });

  test('a bare z9hG4bK does not make two calls of one peer the same transaction (C071)', () => {
    const via = 'SIP/2.0/UDP old.example;branch=z9hG4bK';
    expect(serverKey(request({ via }))).not.toBe(serverKey(request({ via, callId: 'call2' })));
  });
});

describe('the table', () => {
  test('a branch or a request that is in use already is refused', () => {
    const { client, server } = stage();
    client({});
    server({});
    expect(() => client({})).toThrow('in use');
    expect(() => server({})).toThrow('known');
  });

  test('it is full at the limit of unfinished transactions, and no longer when one is answered', () => {
    const { table, server, client } = stage({ unfinished: 2 });
    const one = server({});
    expect(table.full).toBe(false);
    client({ method: 'OPTIONS' });
    expect([table.full, table.unfinished, table.finished]).toEqual([true, 2, 0]);
    one.respond(answer(200));
    expect([table.full, table.unfinished, table.finished, table.size]).toEqual([false, 1, 1, 2]);
  });

  test('it is full at the limit of finished transactions until they are gone', () => {
    const { table, server, clock } = stage({ finished: 1 });
    server({ method: 'OPTIONS' }).respond(answer(200, { method: 'OPTIONS' }));
    expect(table.full).toBe(true);
    clock.runUntilIdle();
    expect([table.full, table.finished, table.size]).toEqual([false, 0, 0]);
  });

  test('removing what is not in it changes nothing', () => {
    const { table, client } = stage();
    const one = client({});
    table.remove({ key: one.key, finished: false });
    expect(table.size).toBe(1);
  });

  test('RFC 3261 §17.1.1.2: after 4,000 mixed transactions, answered or not, the table and the clock are empty (C076)', () => {
    const { table, client, server, clock } = stage();
    for (let index = 0; index < 1000; index += 1) {
      const via = `SIP/2.0/UDP a.example;branch=z9hG4bK${index}`;
      const reliable = index % 2 === 0;
      for (const method of ['INVITE', 'OPTIONS']) {
        const status = [100, 200, 486, 408][index % 4] ?? 200;
        const caller = client({ method, via }, reliable);
        if (index % 3 > 0) caller.receive(answer(status, { method, via }));
        if (status === 100 && method === 'INVITE' && caller instanceof InviteClient)
          caller.cancel(() => {});
        const callee = server({ method, via }, reliable);
        callee.respond(answer(status, { method, via }));
        if (index % 3 > 0 && status === 486) callee.receive(request({ method: 'ACK', via }));
        clock.advance(3);
        if (status === 100) callee.respond(answer(500, { method, via }));
      }
    }
    clock.runUntilIdle();
    expect([
      table.size,
      table.clients.size,
      table.servers.size,
      table.finished,
      clock.pending,
    ]).toEqual([0, 0, 0, 0, 0]);
  });
});

test('keys of client and server differ in what they hold, not in what they need', () => {
  expect(clientKey(request())).toBe('z9hg4bk1|INVITE');
  expect(serverKey(request({ method: 'ACK' }))).toBe('z9hg4bk1|a.example:5060|INVITE');
});
