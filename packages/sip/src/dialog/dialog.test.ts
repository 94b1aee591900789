// Dialogs: their birth, their routes, their numbers, and that they keep nothing of the messages that made them.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { step } from '../base/figure.ts';
import type { Message, Request, Response } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';
import { formatUri } from '../message/uri.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { seedAtClient, seedAtServer } from './create.ts';
import { dialogFigure } from './dialog.figure.ts';
import type { DialogEvent, DialogState } from './dialog.figure.ts';
import { Dialog } from './dialog.ts';
import { dialogKey } from './id.ts';
import { dialogHop, dialogRequest } from './request.ts';
import { DialogTable, usageNamed } from './table.ts';

const surroundings = { clock: new VirtualClock(), tap: undefined, endpoint: 'test' };

function parse(text: string): Message {
  const parsed = parseMessage(latin1Bytes(text.replaceAll('\n', '\r\n')));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

function request(headers: string, method = 'INVITE'): Request {
  const message = parse(`${method} sip:bob@b SIP/2.0
Via: SIP/2.0/UDP a;branch=z9hG4bK1
From: "A, l" <sip:alice@a;x=1>;tag=at;p=q
To: <sip:bob@b>
Call-ID: c
CSeq: 7 ${method}
${headers}

`);
  if (message.kind !== 'request') throw new Error('not a request');
  return message;
}

function response(headers: string, to = '<sip:bob@b>;tag=bt'): Response {
  const message = parse(`SIP/2.0 200 OK
Via: SIP/2.0/UDP a;branch=z9hG4bK1
From: "A, l" <sip:alice@a;x=1>;tag=at;p=q
To: ${to}
Call-ID: c
CSeq: 7 INVITE
${headers}

`);
  if (message.kind !== 'response') throw new Error('not a response');
  return message;
}

function atServer(headers = 'Contact: <sip:alice@10.0.0.1>'): Dialog {
  const seed = seedAtServer(request(headers), 'bt', undefined);
  if (seed === undefined) throw new Error('no dialog');
  return new Dialog(seed, surroundings);
}

function atClient(headers = 'Contact: <sip:bob@10.0.0.2>'): Dialog {
  return new Dialog(seedAtClient(request(''), response(headers), undefined), surroundings);
}

describe('A dialog', () => {
  test('RFC 3261 §12.1.1: at the server has our tag as local, theirs as remote, and routes in order (C101)', () => {
    const dialog = atServer(
      'Contact: <sip:alice@10.0.0.1>\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>',
    );
    expect(dialog.id).toEqual({ callId: 'c', localTag: 'bt', remoteTag: 'at' });
    expect([dialog.localParty, dialog.remoteParty]).toEqual([
      '<sip:bob@b>',
      '"A, l" <sip:alice@a;x=1>;p=q',
    ]);
    expect([dialog.initiator, dialog.localCseq, dialog.remoteCseq]).toEqual([false, undefined, 7]);
    expect(dialog.routeSet.map(({ uri }) => formatUri(uri))).toEqual(['sip:p1;lr', 'sip:p2;lr']);
  });

  test('RFC 3261 §12.1.2: at the client the other way round, routes too (C101)', () => {
    const dialog = atClient('Contact: <sip:bob@10.0.0.2>\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>');
    expect(dialog.id).toEqual({ callId: 'c', localTag: 'at', remoteTag: 'bt' });
    expect([dialog.initiator, dialog.localCseq, dialog.remoteCseq]).toEqual([true, 7, undefined]);
    expect(dialog.routeSet.map(({ uri }) => formatUri(uri))).toEqual(['sip:p2;lr', 'sip:p1;lr']);
  });

  test('RFC 3261 §12.2.1.1: with a loose router its requests go there, with the target as Request-URI (C102)', () => {
    const dialog = atServer(
      'Contact: <sip:alice@10.0.0.1>\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>',
    );
    const bye = dialogRequest(dialog, 'BYE');
    expect(formatUri(bye.uri)).toBe('sip:alice@10.0.0.1');
    expect(bye.rows('Route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>']);
    expect(formatUri(dialogHop(dialog))).toBe('sip:p1;lr');
  });

  test('RFC 3261 §12.2.1.1: with a strict router that is the Request-URI, and the target goes last (C102)', () => {
    const dialog = atServer('Contact: <sip:alice@10.0.0.1>\nRecord-Route: <sip:p1>, <sip:p2;lr>');
    const bye = dialogRequest(dialog, 'BYE');
    expect(formatUri(bye.uri)).toBe('sip:p1');
    expect(bye.rows('Route')).toEqual(['<sip:p2;lr>', '<sip:alice@10.0.0.1>']);
    expect(formatUri(dialogHop(dialog))).toBe('sip:p1');
  });

  test('RFC 3261 §12.2.1.1: its numbers rise by one; ACK has that of its INVITE (C103)', () => {
    const dialog = atClient();
    expect(dialogRequest(dialog, 'INVITE').cseq.number).toBe(8);
    expect(dialogRequest(dialog, 'ACK', { cseq: 8 }).cseq.number).toBe(8);
    expect(dialogRequest(dialog, 'BYE').cseq.number).toBe(9);
    expect(dialogRequest(atServer(), 'BYE').cseq.number).toBe(1);
  });

  test('RFC 3261 §12.2.2: takes numbers that are not lower than the last (C104)', () => {
    const dialog = atServer();
    const numbers = [7, 6, 9, 8, 2 ** 31 - 1].map((number) => {
      const text = request('').with().toText().replace('CSeq: 7', `CSeq: ${number}`);
      const parsed = parseMessage(latin1Bytes(text));
      return parsed.ok && parsed.value.kind === 'request' && dialog.takeCseq(parsed.value);
    });
    expect(numbers).toEqual([true, false, true, false, true]);
  });

  test('RFC 3261 §12.1.2: a peer without a tag has the empty one, and To is written without any (C071)', () => {
    const seed = seedAtClient(
      request(''),
      response('Contact: <sip:bob@10.0.0.2>', '<sip:bob@b>'),
      undefined,
    );
    const dialog = new Dialog(seed, surroundings);
    expect(dialog.id.remoteTag).toBe('');
    expect(dialogRequest(dialog, 'BYE').rows('To')).toEqual(['<sip:bob@b>']);
  });

  test('RFC 3261 §13.2.2.4: takes new routes until it is confirmed, and never after (C101)', () => {
    const dialog = atClient();
    const other = atServer('Contact: <sip:x@y>\nRecord-Route: <sip:p9;lr>').routeSet;
    dialog.on('1xx-tag');
    dialog.confirmRoutes(other);
    expect(dialog.routeSet).toBe(other);
    dialog.on('2xx');
    dialog.confirmRoutes([]);
    expect(dialog.routeSet).toBe(other);
  });

  test('RFC 6141 §4.6: a refresh without a usable Contact leaves the target as it is (C106)', () => {
    const dialog = atClient();
    for (const headers of ['', 'Contact: *', 'Contact: <<'])
      dialog.refreshTarget(response(headers));
    expect(formatUri(dialog.remoteTarget)).toBe('sip:bob@10.0.0.2');
    dialog.refreshTarget(response('Contact: <sip:new@10.0.0.3>'));
    expect(formatUri(dialog.remoteTarget)).toBe('sip:new@10.0.0.3');
  });
});

describe('The table', () => {
  test('RFC 3261 §12: finds by all three parts, and by nothing less (C105)', () => {
    const table = new DialogTable();
    const dialog = atServer();
    const usage = { usage: 'INVITE' };
    table.add(dialog, usage);
    const inside = (from: string, to: string): Request => {
      const text = request('')
        .toText()
        .replace(';tag=at', from)
        .replace('To: <sip:bob@b>', `To: <sip:bob@b>${to}`);
      const parsed = parseMessage(latin1Bytes(text));
      if (!parsed.ok || parsed.value.kind !== 'request') throw new Error('not a request');
      return parsed.value;
    };
    expect(table.find(inside(';tag=at', ';tag=bt'))?.usages).toEqual([usage]);
    for (const [from, to] of [
      ['', ';tag=bt'],
      [';tag=at', ''],
      [';tag=bt', ';tag=at'],
      [';tag=AT', ';tag=bt'],
    ] as const) {
      expect(table.find(inside(from, to))).toBeUndefined();
    }
    table.remove(dialog, usage);
    expect([table.size, table.find(inside(';tag=at', ';tag=bt'))]).toEqual([0, undefined]);
  });

  test('RFC 5057 §4.1: a dialog lives until its last usage ends, and one usage takes the place of its namesake', () => {
    const table = new DialogTable();
    const dialog = atServer();
    const [ringing, session, subscription] = [
      { usage: 'INVITE' },
      { usage: 'INVITE' },
      { usage: 'subscriber refer' },
    ];
    dialog.on('2xx');
    for (const usage of [ringing, session, subscription]) table.add(dialog, usage);
    expect(usageNamed(table.get(dialog.key), 'INVITE')).toBe(session);
    dialog.on('local-bye');
    table.remove(dialog, ringing);
    table.remove(dialog, session);
    expect([dialog.state, table.size]).toEqual(['Confirmed', 1]);
    expect(usageNamed(table.get(dialog.key), 'INVITE')).toBeUndefined();
    table.remove(dialog, subscription);
    expect([dialog.state, table.size]).toEqual(['Terminated', 0]);
  });

  test('no two triples share a key', () => {
    const keys = [
      ['a b', 'c', 'd'],
      ['a', 'b c', 'd'],
      ['a', 'b', 'c d'],
    ].map(([callId = '', localTag = '', remoteTag = '']) =>
      dialogKey({
        callId: callId.replace(' ', ''),
        localTag: localTag.replace(' ', ''),
        remoteTag: remoteTag.replace(' ', ''),
      }),
    );
    expect(new Set(keys).size).toBe(3);
  });
});

describe('The figure of RFC 4235', () => {
  const states: readonly DialogState[] = [
    'Trying',
    'Proceeding',
    'Early',
    'Confirmed',
    'Terminated',
  ];

  test('RFC 4235 §3.7.1: an ended dialog takes nothing, and only an early or confirmed one takes BYE', () => {
    const events: readonly DialogEvent[] = [
      '1xx-notag',
      '1xx-tag',
      '2xx',
      'rejected',
      'cancelled',
      'replaced',
      'timeout',
      'error',
      'local-bye',
      'remote-bye',
    ];
    for (const event of events) expect(step(dialogFigure, 'Terminated', event)).toBeUndefined();
    for (const event of ['local-bye', 'remote-bye'] as const) {
      const taken = states.filter((state) => step(dialogFigure, state, event) !== undefined);
      expect(taken).toEqual(['Early', 'Confirmed']);
    }
  });

  test('RFC 4235 §3.7.1: a confirmed dialog is never early again', () => {
    for (const event of ['1xx-tag', '1xx-notag', 'rejected', 'cancelled'] as const) {
      expect(step(dialogFigure, 'Confirmed', event)).toBeUndefined();
    }
  });
});
