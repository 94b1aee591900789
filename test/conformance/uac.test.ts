// What a user agent sends, and what it makes of the answers (RFC 3261 §8.1, §18; RFC 3263 §4).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { bodyOf, fromCallee, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import { target, pair } from './uac-calls.ts';

describe('A user agent client', () => {
  test('RFC 3261 §8.1.1: a new request has all that it must have, fresh each time (C078)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      peer.when('OPTIONS', (arrived) => peer.respond(arrived, 200));
      await world.during(alice.ua.options(target));
      await world.during(alice.ua.options(target));
      const [first, second] = peer.log;
      if (first === undefined || second === undefined) throw new Error('Two requests were sent');
      expect(first.text).toMatch(/^OPTIONS sip:peer@10\.0\.0\.9 SIP\/2\.0\r\n/);
      expect(row(first, 'Via')).toMatch(
        /^SIP\/2\.0\/UDP 10\.0\.0\.1:5060;branch=z9hG4bK\w{16,};rport$/,
      );
      expect(row(first, 'From')).toMatch(/^<sip:alice@10\.0\.0\.1>;tag=\w{13,}$/);
      expect(row(first, 'To')).toBe('<sip:peer@10.0.0.9>');
      expect(row(first, 'Max-Forwards')).toBe('70');
      expect(row(first, 'CSeq')).toMatch(/^\d+ OPTIONS$/);
      for (const name of ['Via', 'From', 'Call-ID'])
        expect(row(first, name)).not.toBe(row(second, name));
    }));

  test('RFC 3261 §8.1.1.8: an INVITE has exactly one Contact, a SIP URI of ours (C079)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const call = alice.ua.call(target);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      expect(headerRows(invite.text, 'Contact')).toEqual(['<sip:alice@10.0.0.1:5060>']);
      peer.respond(invite, 486);
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_REJECTED' });
    }));

  test('RFC 3261 §19.1.1: what may not stand in a Request-URI is left out of it (C024)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const call = alice.ua.call(`${target};method=BYE?Subject=hello&Route=%3Csip:evil%3E`);
      await world.elapse(20);
      const invite = peer.take(`INVITE ${target} SIP/2.0`);
      expect(row(invite, 'To')).toBe(`<${target}>`);
      peer.respond(invite, 603);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 603 });
    }));

  test('RFC 5118 §4.1: IPv6 hosts stand in brackets in Via, Contact, From and Request-URI (C027)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '2001:db8::1');
      const bob = await world.agent('bob', '2001:db8::2');
      const outgoing = alice.ua.call('sip:bob@[2001:db8::2]');
      const theirs = await world.during((await bob.nextCall()).accept());
      const call = await world.during(outgoing.answered);
      await world.during(theirs.hangUp());
      await world.during(call.ended);
      const [invite, ack] = world.packetsOf('2001:db8::1');
      const [answer] = world.packetsOf('2001:db8::2');
      if (invite === undefined || ack === undefined || answer === undefined)
        throw new Error('There was no call');
      expect(invite.text).toMatch(/^INVITE sip:bob@\[2001:db8::2\] /);
      expect(row(invite, 'Via')).toMatch(/^SIP\/2\.0\/UDP \[2001:db8::1\]:5060;/);
      expect(row(invite, 'From')).toMatch(/^<sip:alice@\[2001:db8::1\]>/);
      expect(row(invite, 'Contact')).toBe('<sip:alice@[2001:db8::1]:5060>');
      expect(row(answer, 'Contact')).toBe('<sip:bob@[2001:db8::2]:5060>');
      expect(ack.text).toMatch(/^ACK sip:bob@\[2001:db8::2\]:5060 /);
      expect(bodyOf(invite)).toContain('c=IN IP6 2001:db8::1');
    }));

  test('RFC 3261 §8.1.1.8: with an IPv4 and an IPv6 socket the Contact is of the family that is used (C079)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1', {
        transports: [
          world.network.transport('UDP', '10.0.0.1', 5060),
          world.network.transport('UDP', '2001:db8::1', 5060),
        ],
      });
      const peer = await world.peer('2001:db8::9');
      const call = alice.ua.call('sip:peer@[2001:db8::9]');
      await world.elapse(20);
      const invite = peer.take('INVITE');
      expect(row(invite, 'Contact')).toBe('<sip:alice@[2001:db8::1]:5060>');
      peer.respond(invite, 486);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 486 });
    }));

  for (const [status, meaning] of [
    [499, 'a refusal'],
    [555, 'a failure'],
    [677, 'a refusal everywhere'],
    [399, 'a redirection that is not followed'],
  ] as const) {
    test(`RFC 3261 §8.1.3.2: the unknown final code ${status} counts as its class, ${meaning} (C080)`, () =>
      inWorld(async (world) => {
        const { alice, peer } = await pair(world);
        const call = alice.ua.call(target);
        await world.elapse(20);
        peer.respond(peer.take('INVITE'), status);
        await expect(world.during(call.answered)).rejects.toMatchObject({
          code: 'SIP_REJECTED',
          status,
        });
        await world.elapse(20);
        peer.take('ACK');
        expect(peer.untaken).toEqual([]);
      }));
  }

  test('RFC 3261 §8.1.3.2: an unknown 1xx counts as 183: its tag makes an early dialog, its SDP is heard (C080)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const call = alice.ua.call(target);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      peer.respond(invite, 199, { headers: ['Content-Type: application/sdp'], body: sdp() });
      await world.elapse(20);
      expect(alice.media.sessions[0]?.streams[0]).toMatchObject({ codec: 'PCMU' });
      expect(alice.observed.filter(({ kind }) => kind === 'dialog')).toMatchObject([
        { after: 'Early' },
      ]);
      peer.respond(invite, 486);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 486 });
    }));

  test('RFC 3261 §8.1.3.1: silence counts as 408 after 64*T1 (C081)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const call = alice.ua.call(target);
      const refused = call.answered.catch((error: unknown) => error);
      await world.elapse(31_900);
      expect(peer.log).toHaveLength(7);
      await world.elapse(200);
      expect(await refused).toMatchObject({ code: 'SIP_TIMEOUT', status: 408 });
    }));

  test('RFC 3261 §8.1.3.1: an address that does not answer to IP counts as 503, at once (C040, C081)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1');
      const call = alice.ua.call('sip:nobody@10.0.0.99');
      const refused = call.answered.catch((error: unknown) => error);
      await world.elapse(30);
      expect(await refused).toMatchObject({ code: 'SIP_TRANSPORT', status: 503 });
      await expect(world.during(alice.ua.options('sip:nobody@10.0.0.99'))).rejects.toMatchObject({
        status: 503,
      });
    }));

  test('RFC 3261 §18.4: a connection that is refused counts as 503, at once (C040)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1', { protocol: 'TCP' });
      const call = alice.ua.call('sip:nobody@10.0.0.99;transport=tcp');
      const refused = call.answered.catch((error: unknown) => error);
      await world.elapse(30);
      expect(await refused).toMatchObject({ code: 'SIP_TRANSPORT', status: 503 });
    }));

  test('RFC 7118 §5.3: a WebSocket that is lost while the call rings ends it as 503, at once (C040)', () =>
    inWorld(async (world) => {
      const server = await world.peer('10.0.0.9', 'WS', 80);
      const alice = await world.agent('alice', '10.0.0.1', {
        protocol: 'WS',
        port: undefined,
        server: 'sip:10.0.0.9:80;transport=ws',
      });
      const call = alice.ua.call('sip:bob@example.com');
      const refused = call.answered.catch((error: unknown) => error);
      await world.elapse(50);
      server.respond(server.take('INVITE'), 180);
      await world.elapse(50);
      world.network.cut('10.0.0.1');
      await world.elapse(10);
      expect(await refused).toMatchObject({ code: 'SIP_TRANSPORT', status: 503 });
    }));

  test('RFC 3261 §18.1.2: a response whose sent-by we never wrote is dropped (C038)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const call = alice.ua.call(target);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      const foreign = {
        ...invite,
        text: invite.text.replace('UDP 10.0.0.1:5060', 'UDP 10.0.0.7:5060'),
      };
      peer.respond(foreign, 486);
      await world.elapse(20);
      expect(alice.ua.endpoint.counters.strayResponses).toBe(1);
      peer.respond(invite, 404);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 404 });
    }));

  test('RFC 3261 §8.1.3.3: a response with more than one Via is dropped (C039)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const call = alice.ua.call(target);
      await world.elapse(20);
      const invite = peer.take('INVITE');
      const second = `${row(invite, 'Via')}, SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK-x`;
      peer.respond({ ...invite, text: invite.text.replace(row(invite, 'Via'), second) }, 486);
      await world.elapse(20);
      expect(alice.ua.endpoint.counters.strayResponses).toBe(1);
      peer.respond(invite, 404);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 404 });
    }));

  test('RFC 6026 §7.3: a response that matches no transaction is dropped (C075)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      const answer = {
        text: 'OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK-no\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n\r\n',
      };
      const flow = { host: '10.0.0.1', port: 5060 };
      for (const status of [100, 180, 200, 486]) {
        const lines = answer.text.replace(/^.*\r\n/, `SIP/2.0 ${status} Stray\r\n`);
        peer.send(lines, flow);
      }
      await world.elapse(50);
      expect(alice.ua.endpoint.counters.strayResponses).toBe(4);
      expect(peer.log).toEqual([]);
    }));

  test('RFC 3261 §8.1.3.5: 413, 415, 416 and 420 are not tried again by themselves (C083)', () =>
    inWorld(async (world) => {
      const { alice, peer } = await pair(world);
      for (const status of [413, 415, 416, 420]) {
        const call = alice.ua.call(target);
        await world.elapse(20);
        peer.respond(peer.take('INVITE'), status, {
          headers: ['Accept: application/sdp', 'Unsupported: x'],
        });
        await expect(world.during(call.answered)).rejects.toMatchObject({
          code: 'SIP_REJECTED',
          status,
        });
        await world.elapse(1_000);
        peer.take('ACK');
        expect(peer.untaken).toEqual([]);
      }
    }));

  test('RFC 3261 §22.2: a challenged INVITE goes again with credentials, the same Call-ID and tag, CSeq + 1 and a new branch (C082)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1', {
        account: { aor: 'sip:alice@10.0.0.9', password: 'secret' },
      });
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call(target);
      await world.elapse(20);
      const first = peer.take('INVITE');
      peer.respond(first, 407, {
        headers: [
          'Proxy-Authenticate: Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256',
        ],
      });
      await world.elapse(20);
      const ack = peer.take('ACK');
      expect(row(ack, 'Via')).toBe(row(first, 'Via'));
      const second = peer.take('INVITE');
      expect(row(second, 'Proxy-Authorization')).toMatch(
        /^Digest username="alice", realm="r", nonce="n1".*qop=auth, nc=00000001/,
      );
      for (const name of ['Call-ID', 'From', 'To'])
        expect(row(second, name)).toBe(row(first, name));
      expect([row(first, 'CSeq'), row(second, 'CSeq')]).toEqual(['1 INVITE', '2 INVITE']);
      expect(row(second, 'Via')).not.toBe(row(first, 'Via'));
      expect(bodyOf(second)).toBe(bodyOf(first));
      // The same credentials are refused: that is the end.
      peer.respond(second, 407, {
        headers: [
          'Proxy-Authenticate: Digest realm="r", nonce="n2", qop="auth", algorithm=SHA-256',
        ],
      });
      await expect(world.during(call.answered)).rejects.toMatchObject({
        code: 'SIP_REJECTED',
        status: 407,
      });
      await world.elapse(1_000);
      peer.take('ACK');
      expect(peer.untaken).toEqual([]);
    }));

  test('RFC 3261 §22.1: a stale nonce each time ends after a fixed count (C082)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1', {
        account: { aor: 'sip:alice@10.0.0.9', password: 'secret' },
      });
      const peer = await world.peer('10.0.0.9');
      let nonce = 0;
      peer.when('OPTIONS', (arrived) => {
        nonce += 1;
        peer.respond(arrived, 401, {
          headers: [
            `WWW-Authenticate: Digest realm="r", nonce="n${nonce}", stale=true, qop="auth"`,
          ],
        });
      });
      expect(await world.during(alice.ua.options(target))).toMatchObject({ status: 401 });
      expect(nonce).toBeLessThanOrEqual(4);
    }));

  test('RFC 3261 §22.1: a call that was given up is not sent again after a challenge (C082)', () =>
    inWorld(async (world) => {
      const alice = await world.agent('alice', '10.0.0.1', {
        account: { aor: 'sip:alice@10.0.0.9', password: 'secret' },
      });
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call(target);
      await world.elapse(20);
      call.cancel();
      peer.respond(peer.take('INVITE'), 401, {
        headers: ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'],
      });
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      await world.elapse(1_000);
      peer.take('ACK');
      expect(peer.untaken).toEqual([]);
    }));
});

test('Nothing that is misused leaves the endpoint with a call that hangs: wrong arguments throw at once', () =>
  inWorld(async (world) => {
    const { alice, peer } = await pair(world);
    expect(() => alice.ua.call('bob')).toThrow('Not a SIP address');
    expect(() => alice.ua.call(target, { headers: [['Subject', 'a\r\nVia: x']] })).toThrow(
      TypeError,
    );
    const call = alice.ua.call(target);
    expect(() => call.cancel([['Reason', 'a\nb']])).toThrow(TypeError);
    await world.elapse(20);
    const invite = peer.take('INVITE');
    peer.respond(invite, 200, {
      headers: ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp'],
      body: sdp(),
    });
    const answered = await world.during(call.answered);
    expect(() => answered.hangUp([['X', '\0']])).toThrow(TypeError);
    await world.elapse(20);
    peer.take('ACK');
    peer.send(fromCallee(peer.address, invite, { method: 'BYE' }), {
      host: '10.0.0.1',
      port: 5060,
    });
    await world.during(answered.ended);
  }));
