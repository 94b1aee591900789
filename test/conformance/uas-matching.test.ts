// What a request belongs to, as the server sees it: merged requests, stray ACKs, CANCELs and BYEs, peers of RFC 2543.
import { describe, expect, test } from 'vitest';
import { fromCaller, request, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import { ours, asked } from './asked.ts';

describe('A request that comes to a user agent server', () => {
  test('RFC 3261 §8.2.2.2: the same request by another way gets 482, and the first is served on (C077)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      peer.send(request(peer.address, { branch: 'z9hG4bK-a', body: sdp() }), ours);
      peer.send(request(peer.address, { branch: 'z9hG4bK-b', body: sdp() }), ours);
      const call = await bob.nextCall();
      call.ring();
      await world.elapse(20);
      const merged = peer.take('SIP/2.0 482');
      expect(row(merged, 'Via')).toContain('z9hG4bK-b');
      expect(row(peer.take('SIP/2.0 180'), 'Via')).toContain('z9hG4bK-a');
      peer.send(
        request(peer.address, { method: 'ACK', branch: 'z9hG4bK-b', to: row(merged, 'To') }),
        ours,
      );
      call.reject();
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 603');
      peer.send(
        request(peer.address, { method: 'ACK', branch: 'z9hG4bK-a', to: row(refused, 'To') }),
        ours,
      );
      await world.elapse(6_000);
      // Once the first is forgotten, nothing of it stands in the way.
      peer.send(request(peer.address, { method: 'OPTIONS', branch: 'z9hG4bK-c' }), ours);
      await world.elapse(20);
      peer.take('SIP/2.0 200');
    }));

  test('RFC 3261 §17.1.1.3: an ACK that matches nothing makes no answer and no state (C073)', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const texts = [
        {},
        { to: '<sip:bob@10.0.0.2>;tag=none' },
        { uri: 'tel:1' },
        { headers: ['Require: x'] },
      ];
      for (const text of texts) peer.send(request(peer.address, { method: 'ACK', ...text }), ours);
      peer.send(request(peer.address, { method: 'ACK' }).replace(/^From:.*\n/m, ''), ours);
      await world.elapse(1_000);
      expect(peer.log).toEqual([]);
      expect(ua.load).toEqual({ transactions: 0, dialogs: 0 });
    }));

  test('RFC 3261 §12.2.2: every method with a To tag of no dialog gets 481 (C105)', () =>
    inWorld(async (world) => {
      await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const methods = [
        'INVITE',
        'UPDATE',
        'BYE',
        'PRACK',
        'INFO',
        'SUBSCRIBE',
        'REFER',
        'NOTIFY',
        'OPTIONS',
      ];
      for (const method of methods) {
        const branch = `z9hG4bK-${method}`;
        const to = '<sip:bob@10.0.0.2>;tag=none';
        peer.send(request(peer.address, { method, branch, to }), ours);
        await world.elapse(20);
        expect(row(peer.take('SIP/2.0 481'), 'CSeq')).toBe(`1 ${method}`);
        if (method === 'INVITE')
          peer.send(request(peer.address, { method: 'ACK', branch, to }), ours);
      }
    }));

  test('RFC 3261 §15.1.2: a BYE without a To tag gets 481 (C105)', () =>
    inWorld(async (world) => {
      const { lines } = await asked(world, { method: 'BYE' });
      expect(lines[0]).toBe('SIP/2.0 481 Call/Transaction Does Not Exist');
    }));

  test('RFC 3261 §9.2: a CANCEL that matches nothing gets 481 (C098)', () =>
    inWorld(async (world) => {
      const { lines } = await asked(world, { method: 'CANCEL' });
      expect(lines).toEqual(['SIP/2.0 481 Call/Transaction Does Not Exist']);
    }));

  test('RFC 3261 §9.2: a CANCEL of an OPTIONS that is known gets 200 and changes nothing (C098)', () =>
    inWorld(async (world) => {
      await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-options';
      peer.send(request(peer.address, { method: 'OPTIONS', branch }), ours);
      await world.elapse(20);
      peer.send(request(peer.address, { method: 'CANCEL', branch }), ours);
      await world.elapse(20);
      expect(peer.log.map(({ text }) => text.slice(0, 11))).toEqual(['SIP/2.0 200', 'SIP/2.0 200']);
    }));

  test('RFC 3261 §17.2.1: an INVITE that nobody answers gets 100 after 200 ms, without a tag; its repeat gets the last answer (C063)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const invite = request(peer.address, { body: sdp() });
      peer.send(invite, ours);
      const call = await bob.nextCall();
      await world.elapse(190);
      expect(peer.log).toEqual([]);
      await world.elapse(30);
      expect(row(peer.take('SIP/2.0 100'), 'To')).not.toContain('tag');
      call.ring();
      await world.elapse(200);
      const { text } = peer.take('SIP/2.0 180');
      peer.send(invite, ours);
      await world.elapse(50);
      expect(peer.take('SIP/2.0 180').text).toBe(text);
      call.reject();
      await world.elapse(20);
      const refused = peer.take('SIP/2.0 603');
      peer.send(
        fromCaller(
          peer.address,
          { ...refused, text: text },
          { method: 'ACK', branch: /branch=([^\s;]+)/.exec(invite)?.[1] ?? '' },
        ),
        ours,
      );
      await world.elapse(20);
    }));

  test('RFC 3261 §12.1.1: a peer of RFC 2543, with no tag and no magic branch, calls and hangs up (C071)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const old = { via: 'SIP/2.0/UDP 10.0.0.9:5060', from: '<sip:old@example.com>' };
      const invite = request(peer.address, { ...old, body: sdp() });
      peer.send(invite, ours);
      const incoming = await bob.nextCall();
      peer.send(invite, ours);
      const call = await world.during(incoming.accept());
      await world.elapse(20);
      const accepted = peer.take('SIP/2.0 200');
      peer.send(fromCaller(peer.address, accepted, { ...old, method: 'ACK' }), ours);
      await world.elapse(2_000);
      expect(peer.untaken.filter(({ text }) => text.startsWith('SIP/2.0 200'))).toEqual([]);
      peer.send(fromCaller(peer.address, accepted, { ...old, method: 'BYE', cseq: 2 }), ours);
      expect(await world.during(call.ended)).toMatchObject({ by: 'remote', cause: 'bye' });
    }));

  test('RFC 3261 §17.2.3: a bare magic cookie is no identifier: two INVITEs with it are two calls (C071)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      for (const callId of ['one', 'two']) {
        peer.send(request(peer.address, { branch: 'z9hG4bK', callId, body: sdp() }), ours);
        const call = await bob.nextCall();
        call.reject(486);
        await world.elapse(20);
        const refused = peer.take('SIP/2.0 486');
        peer.send(
          request(peer.address, {
            branch: 'z9hG4bK',
            callId,
            method: 'ACK',
            to: row(refused, 'To'),
          }),
          ours,
        );
      }
    }));

  test('RFC 6026 §7.1: an ACK with the branch of its INVITE still counts (C065)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', ours.host);
      const peer = await world.peer('10.0.0.9');
      const branch = 'z9hG4bK-same';
      peer.send(request(peer.address, { branch, body: sdp() }), ours);
      const call = await world.during((await bob.nextCall()).accept());
      await world.elapse(20);
      const accepted = peer.take('SIP/2.0 200');
      peer.send(fromCaller(peer.address, accepted, { method: 'ACK', branch }), ours);
      await world.elapse(5_000);
      expect(peer.untaken).toEqual([]);
      peer.send(fromCaller(peer.address, accepted, { method: 'BYE', cseq: 2 }), ours);
      await world.during(call.ended);
    }));
});
