// Routes: what is put into a dialog, how its later requests find their way, and what passes untouched.
import { describe, expect, test } from 'vitest';
import { sipUri } from '@offhook/sip/message';
import type { ScriptedPeer } from '@offhook/sip/testing';
import {
  methods,
  ProxyWorld,
  proxyAddress,
  requestText,
  rows,
  secureAddress,
  statuses,
  uriOf,
  webAddress,
} from './proxy.test-kit.ts';

/** Makes a peer answer INVITE with 200, passing on what makes the dialog, and everything else with 200 too. */
function answering(peer: ScriptedPeer, contact: string): void {
  peer.when('INVITE', (invite) => {
    const routes = rows(invite, 'Record-Route').map((value) => `Record-Route: ${value}`);
    peer.respond(invite, 200, { headers: [...routes, `Contact: ${contact}`] });
  });
  for (const method of ['BYE', 'INFO']) peer.when(method, (request) => peer.respond(request, 200));
}

describe('Record-Route', () => {
  test('RFC 3261 §16.6 item 4: one value with lr and a token goes before those that stand (C159)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    alice.send(requestText({ headers: ['Record-Route: <sip:192.0.2.5;lr>'] }), proxyAddress);
    await world.clock.elapse(10);
    const invite = bob.take('INVITE');
    expect(rows(invite, 'Record-Route')).toEqual([
      expect.stringMatching(/^<sip:192\.0\.2\.1:5060;lr;ok=[0-9a-f]+>$/),
      '<sip:192.0.2.5;lr>',
    ]);
    bob.respond(invite, 486);
    await world.end();
  });

  test('RFC 3261 §16.6 item 4: a method that we do not know may make a dialog, MESSAGE and in-dialog requests do not (C159)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    const found: number[] = [];
    for (const method of ['SUBSCRIBE', 'FLY', 'MESSAGE', 'OPTIONS']) {
      bob.when(method, (request) => {
        found.push(rows(request, 'Record-Route').length);
        bob.respond(request, 200);
      });
      alice.send(requestText({ method, callId: method }), proxyAddress);
      await world.clock.elapse(10);
    }
    expect(found).toEqual([1, 1, 0, 0]);
    await world.end();
  });

  test('RFC 5658 §5: between TCP and UDP there are two, the outgoing side on top (C159)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.client('TCP', '192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    answering(bob, '<sip:bob@192.0.2.20:5060>');
    alice.send(
      requestText({
        protocol: 'TCP',
        headers: ['Contact: <sip:alice@192.0.2.10:5060;transport=tcp>'],
      }),
      proxyAddress,
    );
    await world.clock.elapse(50);
    const routes = rows(alice.take('SIP/2.0 200'), 'Record-Route');
    expect(routes).toEqual([
      expect.stringMatching(/^<sip:192\.0\.2\.1:5060;lr;ok=[0-9a-f]+>$/),
      expect.stringMatching(/^<sip:192\.0\.2\.1:5060;transport=tcp;lr;ok=[0-9a-f]+>$/),
    ]);
    await world.end();
  });

  test('RFC 7118 §5, RFC 5658 §5: towards WebSocket it names the WebSocket listener and the connection (C159)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.client('WS', '192.0.2.30');
    bob.send(
      requestText({
        method: 'OPTIONS',
        protocol: 'WS',
        host: 'b.invalid',
        callId: 'reg',
        uri: 'sip:example.com',
      }),
      webAddress,
    );
    await world.clock.elapse(50);
    const flow = world.flows.get('reg');
    world.add('bob', { uri: sipUri('sip:bob@b.invalid;transport=ws'), flow });
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(50);
    const invite = bob.take('INVITE');
    expect(uriOf(invite)).toBe('sip:bob@b.invalid;transport=ws');
    expect(rows(invite, 'Record-Route')).toEqual([
      expect.stringMatching(
        /^<sip:192\.0\.2\.1:8080;transport=ws;lr;ok=[0-9a-f]+;fl=ws-192\.0\.2\.30-\d+>$/,
      ),
      expect.stringMatching(/^<sip:192\.0\.2\.1:5060;lr;ok=[0-9a-f]+>$/),
    ]);
    bob.respond(invite, 486);
    await world.end();
  });
});

describe('sips', () => {
  test('RFC 3261 §16.6 items 4 and 7: a sips target is reached over TLS and has sips in Record-Route (C159)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.client('TLS', '192.0.2.10');
    const bob = await world.client('TLS', '192.0.2.20');
    bob.send(
      requestText({ method: 'OPTIONS', protocol: 'TLS', callId: 'reg', uri: 'sips:example.com' }),
      secureAddress,
    );
    await world.clock.elapse(50);
    world.add('bob', { uri: sipUri('sips:bob@192.0.2.20:5061'), flow: world.flows.get('reg') });
    alice.send(
      requestText({
        protocol: 'TLS',
        uri: 'sips:bob@example.com',
        headers: ['Contact: <sips:alice@192.0.2.10:5061>'],
      }),
      secureAddress,
    );
    await world.clock.elapse(50);
    const invite = bob.take('INVITE');
    expect(rows(invite, 'Record-Route')).toEqual([
      expect.stringMatching(/^<sips:192\.0\.2\.1:5061;lr;ok=[0-9a-f]+>$/),
    ]);
    bob.respond(invite, 486);
    await world.end();
  });

  test('RFC 3261 §16.6 item 7: a sips target without TLS on the way is not reached otherwise', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20');
    world.add('bob', {
      uri: sipUri('sips:bob@192.0.2.20:5060'),
      routes: ['<sip:192.0.2.20:5060;transport=udp;lr>'],
    });
    alice.send(requestText(), proxyAddress);
    await world.end();
    expect(bob.log).toEqual([]);
    expect(statuses(alice)).toContain(500);
  });
});

describe('requests in a dialog', () => {
  test('RFC 3261 §16.4, §16.6 item 6: ACK and BYE follow the Record-Route both ways, and no ACK is answered (C157, C172)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    answering(bob, '<sip:bob@192.0.2.20:5060>');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const [route = ''] = rows(alice.take('SIP/2.0 200'), 'Record-Route');
    const inDialog = {
      uri: 'sip:bob@192.0.2.20:5060',
      to: '<sip:bob@example.com>;tag=peer',
      headers: [`Route: ${route}`],
    };
    alice.send(requestText({ ...inDialog, method: 'ACK', branch: 'z9hG4bK-ack' }), proxyAddress);
    await world.clock.elapse(10);
    const ack = bob.take('ACK');
    expect([uriOf(ack), rows(ack, 'Route'), rows(ack, 'Max-Forwards')]).toEqual([
      'sip:bob@192.0.2.20:5060',
      [],
      ['69'],
    ]);
    alice.send(requestText({ ...inDialog, method: 'BYE', cseq: 2 }), proxyAddress);
    await world.clock.elapse(10);
    expect(methods(bob)).toEqual(['INVITE', 'ACK', 'BYE']);
    expect(statuses(alice)).toEqual([200, 200]);
    bob.send(
      `INFO sip:alice@192.0.2.10:5060 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK-b1\nMax-Forwards: 70\nRoute: ${route}\n` +
        'From: <sip:bob@example.com>;tag=peer\nTo: <sip:alice@example.com>;tag=a1\nCall-ID: call-1\nCSeq: 7 INFO\n\n',
      proxyAddress,
    );
    await world.clock.elapse(10);
    const info = alice.take('INFO');
    expect(rows(info, 'Record-Route')).toEqual([]);
    alice.respond(info, 200);
    await world.end();
  });

  test('RFC 5658 §5, RFC 7118 §5: from a browser and to it the connection is found again (C159, C172)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.client('WS', '192.0.2.30');
    const bob = await world.peer('192.0.2.20', 'bob');
    answering(bob, '<sip:bob@192.0.2.20:5060>');
    const web = { protocol: 'WS', host: 'a.invalid' };
    alice.send(
      requestText({ ...web, headers: ['Contact: <sip:alice@a.invalid;transport=ws>'] }),
      webAddress,
    );
    await world.clock.elapse(50);
    const routes = rows(alice.take('SIP/2.0 200'), 'Record-Route');
    expect(routes).toHaveLength(2);
    const back = routes.toReversed().map((value) => `Route: ${value}`);
    const inDialog = {
      ...web,
      uri: 'sip:bob@192.0.2.20:5060',
      to: '<sip:bob@example.com>;tag=peer',
      headers: back,
    };
    alice.send(requestText({ ...inDialog, method: 'ACK', branch: 'z9hG4bK-ack' }), webAddress);
    await world.clock.elapse(50);
    expect(rows(bob.take('ACK'), 'Route')).toEqual([]);
    bob.send(byeFromBob(routes), proxyAddress);
    await world.clock.elapse(50);
    alice.respond(alice.take('BYE'), 200);
    await world.clock.elapse(50);
    expect(statuses(bob)).toEqual([200]);
    await world.end();
  });

  test('RFC 5626 §5.3.1: a request for a connection that is gone gets 430 (C153)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.client('WS', '192.0.2.30');
    const bob = await world.peer('192.0.2.20', 'bob');
    answering(bob, '<sip:bob@192.0.2.20:5060>');
    alice.send(requestText({ protocol: 'WS', host: 'a.invalid' }), webAddress);
    await world.clock.elapse(50);
    const routes = rows(alice.take('SIP/2.0 200'), 'Record-Route');
    await alice.close();
    await world.clock.elapse(50);
    bob.send(byeFromBob(routes), proxyAddress);
    await world.clock.elapse(50);
    expect(statuses(bob)).toEqual([430]);
    await world.end();
  });

  test('RFC 5626 §5.3: a caller behind a NAT is reached where its request came from', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    answering(bob, '<sip:bob@192.0.2.20:5060>');
    alice.send(requestText({ headers: ['Contact: <sip:alice@10.0.0.7:5060>'] }), proxyAddress);
    await world.clock.elapse(10);
    const routes = rows(alice.take('SIP/2.0 200'), 'Record-Route');
    expect(routes).toHaveLength(2);
    bob.send(byeFromBob(routes), proxyAddress);
    await world.clock.elapse(10);
    const bye = alice.take('BYE');
    alice.respond(bye, 200);
    await world.end();
  });

  test.each([
    ['a token of another call', 'call-2', (route: string): string => route],
    ['a token that was changed', 'call-1', (route: string): string => route.replace('ok=', 'ok=0')],
    [
      'a connection that was changed',
      'call-1',
      (route: string): string => route.replace('>', ';fl=udp-192.0.2.66-5060>'),
    ],
  ])(
    'RFC 5626 §5.3.1: a route with %s does not make a request ours (C153)',
    async (_, callId, change) => {
      const world = await ProxyWorld.start();
      const alice = await world.peer('192.0.2.10');
      const bob = await world.peer('192.0.2.20', 'bob');
      const stranger = await world.peer('192.0.2.66');
      answering(bob, '<sip:bob@192.0.2.20:5060>');
      alice.send(requestText(), proxyAddress);
      await world.clock.elapse(10);
      const [route = ''] = rows(alice.take('SIP/2.0 200'), 'Record-Route');
      const headers = [`Route: ${change(route)}`];
      alice.send(
        requestText({
          method: 'ACK',
          branch: 'z9hG4bK-ack',
          callId,
          uri: 'sip:x@192.0.2.66',
          to: '<sip:b@c.de>;tag=x',
          headers,
        }),
        proxyAddress,
      );
      await world.end();
      expect(stranger.log).toEqual([]);
    },
  );
});

describe('strict routers', () => {
  test('RFC 3261 §16.6 item 6: a next hop without lr finds itself in the Request-URI (C158)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const strict = await world.peer('192.0.2.40');
    const headers = ['Route: <sip:192.0.2.1;lr>, <sip:192.0.2.40:5060>, <sip:192.0.2.41;lr>'];
    alice.send(
      requestText({ method: 'MESSAGE', uri: 'sip:carol@192.0.2.50', headers }),
      proxyAddress,
    );
    await world.clock.elapse(10);
    const request = strict.take('MESSAGE');
    expect(uriOf(request)).toBe('sip:192.0.2.40:5060');
    expect(rows(request, 'Route')).toEqual(['<sip:192.0.2.41;lr>', '<sip:carol@192.0.2.50>']);
    strict.respond(request, 200);
    await world.end();
  });

  test('RFC 3261 §16.4: our Record-Route in the Request-URI makes room for the last Route (C157)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    answering(bob, '<sip:bob@192.0.2.20:5060>');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const [route = ''] = rows(alice.take('SIP/2.0 200'), 'Record-Route');
    const uri = route.slice(1, -1);
    const to = '<sip:bob@example.com>;tag=peer';
    const headers = ['Route: <sip:192.0.2.41;lr>, <sip:bob@192.0.2.20:5060>'];
    const next = await world.peer('192.0.2.41');
    alice.send(requestText({ method: 'BYE', cseq: 2, uri, to, headers }), proxyAddress);
    await world.clock.elapse(10);
    const bye = next.take('BYE');
    expect([uriOf(bye), rows(bye, 'Route')]).toEqual([
      'sip:bob@192.0.2.20:5060',
      ['<sip:192.0.2.41;lr>'],
    ]);
    next.respond(bye, 200);
    await world.end();
  });

  test('RFC 3327 §5.4: the Path of a contact becomes Route', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const edge = await world.peer('192.0.2.40');
    world.add('bob', {
      uri: sipUri('sip:bob@10.0.0.9'),
      routes: ['<sip:192.0.2.40;lr>', '<sip:192.0.2.41;lr>'],
    });
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const invite = edge.take('INVITE');
    expect([uriOf(invite), rows(invite, 'Route')]).toEqual([
      'sip:bob@10.0.0.9',
      ['<sip:192.0.2.40;lr>', '<sip:192.0.2.41;lr>'],
    ]);
    edge.respond(invite, 404);
    await world.end();
  });
});

describe('what passes untouched', () => {
  test('RFC 3261 §16.3 item 1, §16.6 item 1: unknown and malformed headers, their order, their writing and the body (C009, C156)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    const headers = [
      'Date: the day before yesterday',
      'x-ODD:   two  spaces\t and a fold\n  that goes on ',
      'Require: something-new',
      'm: <sip:alice@192.0.2.10:5060>;x="a,b"',
      'X-Second: ;;;,,"',
      'Content-Type: application/unheard-of',
    ];
    alice.send(
      requestText({ method: 'FROB', headers, body: 'bytes \u00ff\u0080 and\n\nmore' }),
      proxyAddress,
    );
    await world.clock.elapse(10);
    const sent = requestText({
      method: 'FROB',
      headers,
      body: 'bytes \u00ff\u0080 and\n\nmore',
    }).replaceAll('\n', '\r\n');
    const request = bob.take('FROB');
    const untouched = sent.slice(sent.indexOf('From:'), sent.indexOf('Content-Type:'));
    expect(request.text).toContain(untouched);
    expect(request.text.endsWith('\r\n\r\nbytes \u00ff\u0080 and\r\n\r\nmore')).toBe(true);
    bob.respond(request, 420, {
      headers: ['Unsupported: something-new', 'X-Odd:  kept   as it is'],
    });
    await world.clock.elapse(10);
    expect(alice.take('SIP/2.0 420').text).toContain('\r\nX-Odd:  kept   as it is\r\n');
    await world.end();
  });

  test('RFC 3261 §16.6 item 3: Max-Forwards loses one, is 70 where there was none (C155)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    const found: unknown[] = [];
    bob.when('OPTIONS', (request) => {
      found.push(rows(request, 'Max-Forwards'));
      bob.respond(request, 200);
    });
    alice.send(requestText({ method: 'OPTIONS', hops: 1 }), proxyAddress);
    alice.send(
      requestText({ method: 'OPTIONS', hops: null, callId: 'call-2', branch: 'z9hG4bK-2' }),
      proxyAddress,
    );
    await world.clock.elapse(10);
    expect(found).toEqual([['0'], ['70']]);
    await world.end();
  });

  test('RFC 3261 §16.3 item 3: an ACK that may go no further is dropped unanswered (C155, C172)', async () => {
    const world = await ProxyWorld.start();
    const alice = await world.peer('192.0.2.10');
    const bob = await world.peer('192.0.2.20', 'bob');
    answering(bob, '<sip:bob@192.0.2.20:5060>');
    alice.send(requestText(), proxyAddress);
    await world.clock.elapse(10);
    const [route = ''] = rows(alice.take('SIP/2.0 200'), 'Record-Route');
    const to = '<sip:bob@example.com>;tag=peer';
    alice.send(
      requestText({
        method: 'ACK',
        branch: 'z9hG4bK-a',
        uri: 'sip:bob@192.0.2.20',
        to,
        hops: 0,
        headers: [`Route: ${route}`],
      }),
      proxyAddress,
    );
    await world.clock.elapse(10);
    expect([methods(bob), statuses(alice)]).toEqual([['INVITE'], [200]]);
    await world.end();
  });
});

function byeFromBob(routes: readonly string[]): string {
  return [
    'BYE sip:alice@10.0.0.7:5060 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.20:5060;branch=z9hG4bK-bye',
    'Max-Forwards: 70',
    ...routes.map((route) => `Route: ${route}`),
    'From: <sip:bob@example.com>;tag=peer',
    'To: <sip:alice@example.com>;tag=a1',
    'Call-ID: call-1',
    'CSeq: 7 BYE',
    '',
    '',
  ].join('\n');
}
