// What a user agent sends, and what it makes of the answers (RFC 3261 §8.1, §18; RFC 3263 §4).
import { describe, expect, test } from 'vitest';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Resolver } from '../../packages/sip/src/transport/resolver.ts';
import { bodyOf, fromCallee, row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import type { Agent, World } from './world.ts';

const target = 'sip:peer@10.0.0.9';

function addresses(a: () => readonly string[]): Resolver {
  return {
    a: () => Promise.resolve(a()),
    aaaa: () => Promise.resolve([]),
    srv: () => Promise.resolve([]),
    naptr: () => Promise.resolve([]),
  };
}

function both(world: World): Promise<Agent> {
  const transports = [
    world.network.transport('UDP', '10.0.0.1', 5060),
    world.network.transport('TCP', '10.0.0.1', 5060),
  ];
  return world.agent('alice', '10.0.0.1', { transports });
}

async function pair(world: World): Promise<{ readonly alice: Agent; readonly peer: ScriptedPeer }> {
  return { alice: await world.agent('alice', '10.0.0.1'), peer: await world.peer('10.0.0.9') };
}

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

  test('RFC 3263 §4.3: after 503, a dead address or silence the next one is tried, with a new branch (C053)', () =>
    inWorld(async (world) => {
      const hosts = ['10.0.0.11', '10.0.0.99', '10.0.0.12', '10.0.0.13'];
      const alice = await world.agent('alice', '10.0.0.1', {
        resolver: addresses(() => hosts),
      });
      const [busy, silent, good] = [
        await world.peer('10.0.0.11'),
        await world.peer('10.0.0.12'),
        await world.peer('10.0.0.13'),
      ];
      busy.when('INVITE', (arrived) => busy.respond(arrived, 503));
      good.when('INVITE', (arrived) => good.respond(arrived, 486));
      const call = alice.ua.call('sip:bob@cluster.example:5060');
      const refused = call.answered.catch((error: unknown) => error);
      await world.elapse(33_000);
      expect(await refused).toMatchObject({ code: 'SIP_REJECTED', status: 486 });
      const branches = [busy, silent, good].map(
        ({ log }) => /branch=(\w+)/.exec(log[0]?.text ?? '')?.[1],
      );
      expect(new Set(branches).size).toBe(3);
      expect(silent.log).toHaveLength(7);
    }));

  test('RFC 3263 §4: resends, the ACK to a refusal and CANCEL go where the INVITE went (C054)', () =>
    inWorld(async (world) => {
      let asked = 0;
      const alice = await world.agent('alice', '10.0.0.1', {
        resolver: addresses(() => {
          asked += 1;
          return [asked === 1 ? '10.0.0.9' : '10.0.0.8'];
        }),
      });
      const [peer, other] = [await world.peer('10.0.0.9'), await world.peer('10.0.0.8')];
      const call = alice.ua.call('sip:bob@name.example:5060');
      await world.elapse(600);
      const invite = peer.take('INVITE');
      expect(peer.take('INVITE').text).toBe(invite.text);
      call.cancel();
      peer.respond(invite, 180);
      await world.elapse(20);
      const cancel = peer.take('CANCEL');
      peer.respond(cancel, 200);
      peer.respond(invite, 487);
      await expect(world.during(call.answered)).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
      await world.elapse(20);
      peer.take('ACK');
      expect(other.log).toEqual([]);
    }));
});

describe('The transport of a request', () => {
  const large: readonly (readonly [string, string])[] = [['Subject', 'x'.repeat(1_200)]];

  test('RFC 3261 §18.1.1: one over 1300 bytes goes over TCP, and its Via and Contact say so (C031)', () =>
    inWorld(async (world) => {
      const alice = await both(world);
      const [udp, tcp] = [await world.peer('10.0.0.9'), await world.peer('10.0.0.9', 'TCP')];
      const call = alice.ua.call(target, { headers: large });
      await world.elapse(50);
      const invite = tcp.take('INVITE');
      expect(row(invite, 'Via')).toMatch(/^SIP\/2\.0\/TCP 10\.0\.0\.1:5060;/);
      expect(row(invite, 'Contact')).toBe('<sip:alice@10.0.0.1:5060;transport=tcp>');
      tcp.respond(invite, 486);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 486 });
      expect(udp.log).toEqual([]);
      // A small one still goes over UDP.
      udp.when('OPTIONS', (arrived) => udp.respond(arrived, 200));
      await world.during(alice.ua.options(target));
    }));

  test('RFC 3261 §18.1.1: where TCP is refused it goes over UDP all the same (C031)', () =>
    inWorld(async (world) => {
      const alice = await both(world);
      const peer = await world.peer('10.0.0.9');
      const call = alice.ua.call(target, { headers: large });
      await world.elapse(50);
      const invite = peer.take('INVITE');
      expect(row(invite, 'Via')).toMatch(/^SIP\/2\.0\/UDP /);
      expect(row(invite, 'Contact')).toBe('<sip:alice@10.0.0.1:5060>');
      peer.respond(invite, 486);
      await expect(world.during(call.answered)).rejects.toMatchObject({ status: 486 });
    }));

  test('RFC 7118 §5: on WebSocket nothing is sent twice, and no finished transaction lingers (C048)', () =>
    inWorld(async (world) => {
      const server = await world.peer('10.0.0.9', 'WS', 80);
      const options = {
        protocol: 'WS',
        port: undefined,
        server: 'sip:10.0.0.9:80;transport=ws',
      } as const;
      const alice = await world.agent('alice', '10.0.0.1', options);
      const failed = alice.ua.call('sip:bob@example.com').answered.catch((error: unknown) => error);
      await world.elapse(31_900);
      expect(server.log).toHaveLength(1);
      await world.elapse(200);
      expect(await failed).toMatchObject({ code: 'SIP_TIMEOUT' });
      server.when('OPTIONS', (arrived) => server.respond(arrived, 200));
      await world.during(alice.ua.options('sip:bob@example.com'));
      expect(alice.ua.load.transactions).toBe(0);
    }));
});

describe('Responses to a request', () => {
  test('RFC 3261 §18.2.2: go on the connection of the request while it is open, and on a new one when it is gone (C037)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', '10.0.0.2', { protocol: 'TCP' });
      const peer = await world.peer('10.0.0.9', 'TCP');
      const text = `INVITE sip:bob@10.0.0.2 SIP/2.0\nVia: SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bK-tcp\nFrom: <sip:p@x>;tag=1\nTo: <sip:bob@10.0.0.2>\nCall-ID: 1\nCSeq: 1 INVITE\nContact: <sip:p@10.0.0.9;transport=tcp>\nContent-Type: application/sdp\n\n${sdp()}`;
      peer.send(text, { host: '10.0.0.2', port: 5060 });
      const call = await bob.nextCall();
      call.ring();
      await world.elapse(30);
      const ringing = peer.take('SIP/2.0 180');
      world.network.cut('10.0.0.9');
      await world.elapse(30);
      call.reject(486);
      await world.elapse(50);
      const refused = peer.take('SIP/2.0 486');
      expect(refused.flow.id).not.toBe(ringing.flow.id);
      peer.send(
        text
          .replaceAll('INVITE', 'ACK')
          .replace('To: <sip:bob@10.0.0.2>', `To: ${row(refused, 'To')}`)
          .replace(/Content-Type.*$/s, '\n'),
        refused.flow,
      );
      await world.elapse(30);
    }));

  test('RFC 6026 §7.1: a send error changes nothing for the server transaction (C074)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', '10.0.0.2');
      const peer = await world.peer('10.0.0.9');
      peer.send(
        `INVITE sip:bob@10.0.0.2 SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK-e\nFrom: <sip:p@x>;tag=1\nTo: <sip:bob@10.0.0.2>\nCall-ID: 1\nCSeq: 1 INVITE\nContact: <sip:p@10.0.0.9>\n\n`,
        { host: '10.0.0.2', port: 5060 },
      );
      const call = await bob.nextCall();
      await world.during(peer.close());
      call.ring();
      await world.elapse(100);
      const back = await world.peer('10.0.0.9');
      call.reject(486);
      await world.elapse(100);
      const refused = back.take('SIP/2.0 486');
      expect(bob.ua.load.transactions).toBe(1);
      back.send(
        `ACK sip:bob@10.0.0.2 SIP/2.0\nVia: ${row(refused, 'Via')}\nFrom: <sip:p@x>;tag=1\nTo: ${row(refused, 'To')}\nCall-ID: 1\nCSeq: 1 ACK\n\n`,
        { host: '10.0.0.2', port: 5060 },
      );
      await world.elapse(6_000);
      expect(bob.ua.load.transactions).toBe(0);
    }));

  test('RFC 3261 §21.4.11: a body that is too large gets 413 before it is there, and the connection is closed (C093)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', '10.0.0.2', { protocol: 'TCP' });
      const peer = await world.peer('10.0.0.9', 'TCP');
      const head =
        'OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bK-l\r\nFrom: <sip:p@x>;tag=1\r\nTo: <sip:bob@10.0.0.2>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 1000000\r\n\r\n';
      peer.sendRaw(new TextEncoder().encode(head), { host: '10.0.0.2', port: 5060 });
      await world.elapse(50);
      peer.take('SIP/2.0 413');
      expect(bob.ua.endpoint.transactionCount).toBe(0);
    }));

  test('RFC 3261 §18.3: a message on a stream without Content-Length gets 400, and the connection is closed (C016, C020)', () =>
    inWorld(async (world) => {
      const bob = await world.agent('bob', '10.0.0.2', { protocol: 'TCP' });
      const peer = await world.peer('10.0.0.9', 'TCP');
      const head =
        'OPTIONS sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.9:5060;branch=z9hG4bK-l\r\nFrom: <sip:p@x>;tag=1\r\nTo: <sip:bob@10.0.0.2>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n';
      peer.sendRaw(new TextEncoder().encode(head), { host: '10.0.0.2', port: 5060 });
      await world.elapse(50);
      peer.take('SIP/2.0 400');
      expect(bob.ua.endpoint.counters).toMatchObject({ malformed: 1, answeredMalformed: 1 });
      expect(
        bob.ua.endpoint.transports.map((transport) =>
          'connections' in transport ? transport.connections : 0,
        ),
      ).toEqual([0]);
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
