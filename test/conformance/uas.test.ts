// What a user agent answers to requests: the checks before it acts, and the headers of its answers (RFC 3261 §8.2, §11.2).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { fromCaller, request, row, sdp } from './texts.ts';
import { Abilities, supportedOptions } from '../../packages/sip/src/ua/abilities.ts';
import { inWorld } from './world.ts';
import { ours, asked } from './asked.ts';

describe('A user agent server', () => {
  for (const missing of ['To', 'From', 'Call-ID', 'CSeq'] as const) {
    test(`RFC 3261 §8.1.1: a request without ${missing} gets 400, or nothing when it cannot be answered (C012)`, () =>
      inWorld(async (world) => {
        const { ua } = await world.agent('bob', ours.host);
        const peer = await world.peer('10.0.0.9');
        const text = request(peer.address, { method: 'OPTIONS' });
        peer.send(text.replace(new RegExp(`^${missing}:.*\\n`, 'm'), ''), ours);
        await world.elapse(100);
        const statuses = peer.log.map((one) => one.text.slice(0, 11));
        expect(statuses).toEqual(missing === 'CSeq' ? [] : ['SIP/2.0 400']);
        expect(ua.endpoint.counters.malformed).toBe(1);
        expect(ua.endpoint.faults).toBe(0);
      }));
  }

  test('RFC 3261 §8.1.1: a request without Via is dropped in silence (C012)', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { method: 'OPTIONS' }).replace(/^Via:.*\n/m, ''), ours);
      await world.elapse(100);
      expect(peer.log).toEqual([]);
      expect(ua.endpoint.counters.malformed).toBe(1);
    }));

  test('RFC 3261 §16.3: a request that lacks only Max-Forwards is served (C012)', () =>
    inWorld(async (world) => {
      await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const text = request(peer.address, { method: 'OPTIONS' });
      peer.send(text.replace('Max-Forwards: 70\n', ''), ours);
      await world.elapse(100);
      peer.take('SIP/2.0 200');
    }));

  test('RFC 3261 §18.3: what is no SIP at all makes no answer and no fault (C012)', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      for (const text of [
        'hello',
        'INVITE',
        'SIP/2.0 200 OK\r\n\r\n',
        '\r\n\r\n',
        'A'.repeat(60_000),
      ]) {
        peer.sendRaw(latin1Bytes(text), ours);
      }
      await world.elapse(100);
      expect(peer.log).toEqual([]);
      expect(ua.endpoint.faults).toBe(0);
    }));

  test('RFC 3261 §8.2.1: a known method that is not served gets 405 with Allow, ACK and CANCEL in it (C086)', () =>
    inWorld(async (world) => {
      const { lines, text } = await asked(world, { method: 'PUBLISH' });
      expect(lines).toEqual(['SIP/2.0 405 Method Not Allowed']);
      expect(headerRows(text, 'Allow')).toEqual([new Abilities('').methods.join(', ')]);
    }));

  for (const method of ['FROBNICATE', 'invite']) {
    test(`RFC 3261 §21.5.2: the unknown method ${method} gets 501 (C086)`, () =>
      inWorld(async (world) => {
        const { lines } = await asked(world, { method });
        expect(lines).toEqual(['SIP/2.0 501 Not Implemented']);
      }));
  }

  test('RFC 3261 §8.2.2.1: a Request-URI with a scheme that is not served gets 416 (C087)', () =>
    inWorld(async (world) => {
      const { lines } = await asked(world, { method: 'OPTIONS', uri: 'tel:+15551234' });
      expect(lines).toEqual(['SIP/2.0 416 Unsupported URI Scheme']);
    }));

  test('RFC 3261 §8.2.2.1: a user that is not ours gets 404 (C087)', () =>
    inWorld(async (world) => {
      const { lines } = await asked(world, { uri: 'sip:carol@10.0.0.2', body: sdp() });
      expect(lines).toEqual(['SIP/2.0 404 Not Found']);
    }));

  test('RFC 3261 §8.2.2.3: Require with options that we lack gets 420 with exactly those in Unsupported (C088)', () =>
    inWorld(async (world) => {
      const { lines, text } = await asked(world, {
        body: sdp(),
        headers: ['Require: nothing-known', 'Require: neither-this, nor-that', 'Supported: timer'],
      });
      expect(lines).toEqual(['SIP/2.0 420 Bad Extension']);
      expect(headerRows(text, 'Unsupported')).toEqual(['nothing-known, neither-this, nor-that']);
    }));

  test('RFC 3261 §8.2.2.3: Require in a CANCEL is not looked at (C088)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-one';
      peer.send(request(peer.address, { branch, body: sdp() }), ours);
      const call = await bob.nextCall();
      peer.send(
        request(peer.address, { method: 'CANCEL', branch, headers: ['Require: nothing-known'] }),
        ours,
      );
      expect(await world.during(call.ended)).toMatchObject({ by: 'remote', cause: 'cancel' });
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*CSeq: 1 CANCEL/s);
      const refused = peer.take('SIP/2.0 487');
      peer.send(
        request(peer.address, {
          method: 'ACK',
          branch,
          to: row(refused, 'To'),
          headers: ['Require: x'],
        }),
        ours,
      );
    }));

  for (const [what, text, header, value] of [
    [
      'type',
      { type: 'text/frob' },
      'Accept',
      'application/sdp, multipart/mixed, multipart/alternative',
    ],
    ['encoding', { headers: ['Content-Encoding: frob'] }, 'Accept-Encoding', 'identity'],
  ] as const) {
    test(`RFC 3261 §8.2.3: a body of unknown ${what} gets 415 with ${header} (C089)`, () =>
      inWorld(async (world) => {
        const { lines, text: answer } = await asked(world, { body: sdp(), ...text });
        expect(lines).toEqual(['SIP/2.0 415 Unsupported Media Type']);
        expect(headerRows(answer, header)).toEqual([value]);
      }));
  }

  test('RFC 3261 §8.2.3: an unknown body with handling=optional is ignored (C089)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const headers = ['Content-Disposition: render;handling=optional'];
      peer.send(request(peer.address, { body: 'frob', type: 'text/frob', headers }), ours);
      (await bob.nextCall()).reject(486);
      await world.elapse(50);
      const refused = peer.take('SIP/2.0 486');
      peer.send(
        fromCaller(
          peer.address,
          {
            ...refused,
            text: `${refused.text.replace('CSeq', 'Contact: <sip:bob@10.0.0.2>\r\nCSeq')}`,
          },
          { method: 'ACK' },
        ),
        ours,
      );
    }));

  test('RFC 3261 §8.2.4: nothing is used that the client did not list: no Require in any answer (C090)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { body: sdp() }), ours);
      const call = await bob.nextCall();
      call.ring();
      const answered = await world.during(call.accept());
      await world.elapse(20);
      const accepted = peer.take('SIP/2.0 200');
      for (const { text } of peer.log) expect(headerRows(text, 'Require')).toEqual([]);
      peer.send(fromCaller(peer.address, accepted, { method: 'ACK' }), ours);
      peer.send(fromCaller(peer.address, accepted, { method: 'BYE', cseq: 2 }), ours);
      await world.during(answered.ended);
    }));

  test('RFC 3261 §8.2: a request that is refused changes nothing (C085)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { body: sdp() }), ours);
      const call = await bob.nextCall();
      const answered = await world.during(call.accept());
      await world.elapse(20);
      const accepted = peer.take('SIP/2.0 200');
      peer.send(fromCaller(peer.address, accepted, { method: 'ACK' }), ours);
      await world.elapse(20);
      const target = JSON.stringify(answered.dialog.remoteTarget);
      const streams = answered.streams;
      peer.send(
        fromCaller(peer.address, accepted, {
          cseq: 2,
          contact: '<sip:elsewhere@10.9.9.9>',
          headers: ['Require: nothing-known'],
          body: sdp({ direction: 'sendonly' }),
        }),
        ours,
      );
      await world.elapse(20);
      peer.take('SIP/2.0 420');
      expect(JSON.stringify(answered.dialog.remoteTarget)).toBe(target);
      expect(answered.streams).toEqual(streams);
      peer.send(fromCaller(peer.address, accepted, { method: 'BYE', cseq: 3 }), ours);
      await world.during(answered.ended);
    }));

  test('RFC 3261 §8.2.6.1: answers copy From, Call-ID, CSeq and all Via, in order; only 100 has Timestamp and no tag (C091)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-first';
      const headers = [
        'Via: SIP/2.0/UDP b.example;branch=z9hG4bK-2, SIP/2.0/TCP c.example;branch=z9hG4bK-3',
        'Timestamp: 54',
      ];
      peer.send(request(peer.address, { branch, headers, body: sdp() }), ours);
      const call = await bob.nextCall();
      await world.elapse(250);
      call.ring();
      await world.elapse(10);
      peer.send(request(peer.address, { method: 'CANCEL', branch }), ours);
      await world.elapse(50);
      const trying = peer.take('SIP/2.0 100');
      const ringing = peer.take('SIP/2.0 180');
      const cancelled = peer.take('SIP/2.0 200');
      const refused = peer.take('SIP/2.0 487');
      for (const answer of [trying, ringing, refused]) {
        expect(headerRows(answer.text, 'Via')).toEqual([
          'SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK-first',
          'SIP/2.0/UDP b.example;branch=z9hG4bK-2, SIP/2.0/TCP c.example;branch=z9hG4bK-3',
        ]);
        expect(row(answer, 'From')).toBe('<sip:peer@example.com>;tag=peer');
        expect(row(answer, 'Call-ID')).toBe('call-1');
        expect(row(answer, 'CSeq')).toBe('1 INVITE');
      }
      expect(headerRows(trying.text, 'Timestamp')).toEqual(['54']);
      expect(headerRows(ringing.text, 'Timestamp')).toEqual([]);
      expect(row(trying, 'To')).toBe('<sip:bob@10.0.0.2>');
      const tagged = row(ringing, 'To');
      expect(tagged).toMatch(/^<sip:bob@10\.0\.0\.2>;tag=\w{7,}$/);
      expect([row(cancelled, 'To'), row(refused, 'To')]).toEqual([tagged, tagged]);
      peer.send(request(peer.address, { method: 'ACK', branch, to: tagged }), ours);
    }));

  test('RFC 3261 §11.2: OPTIONS is answered with what we can do (C092)', () =>
    inWorld(async (world) => {
      const { lines, text } = await asked(world, { method: 'OPTIONS' });
      expect(lines).toEqual(['SIP/2.0 200 OK']);
      expect(headerRows(text, 'Allow')).toEqual([new Abilities('').methods.join(', ')]);
      expect(headerRows(text, 'Accept')).toEqual([
        'application/sdp, multipart/mixed, multipart/alternative',
      ]);
      expect(headerRows(text, 'Accept-Encoding')).toEqual(['identity']);
      expect(headerRows(text, 'Accept-Language')).toEqual(['en']);
      expect(headerRows(text, 'Supported')).toEqual([supportedOptions.join(', ')]);
    }));

  test('RFC 3261 §11.2: OPTIONS gets the refusal that an INVITE would get (C092)', () =>
    inWorld(async (world) => {
      const { lines } = await asked(world, { method: 'OPTIONS', uri: 'sip:carol@10.0.0.2' });
      expect(lines).toEqual(['SIP/2.0 404 Not Found']);
    }));

  test('RFC 3261 §11.2: OPTIONS inside a dialog changes nothing (C092)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { body: sdp() }), ours);
      const call = await world.during((await bob.nextCall()).accept());
      await world.elapse(20);
      const accepted = peer.take('SIP/2.0 200');
      peer.send(fromCaller(peer.address, accepted, { method: 'ACK' }), ours);
      const contact = '<sip:elsewhere@10.9.9.9>';
      peer.send(fromCaller(peer.address, accepted, { method: 'OPTIONS', cseq: 2, contact }), ours);
      await world.elapse(20);
      peer.take(/^SIP\/2\.0 200 .*CSeq: 2 OPTIONS/s);
      expect(call.dialog.remoteTarget).toMatchObject({ host: '10.0.0.9' });
      const ended = world.during(call.hangUp());
      await world.elapse(20);
      peer.respond(peer.take('BYE'), 200);
      await ended;
    }));
});
