// The ways of requests and responses: the next address, TCP for what is large, the connection that a response takes.
import { describe, expect, test } from 'vitest';
import { row, sdp } from './texts.ts';
import { inWorld } from './world.ts';
import { target, addresses, both } from './uac-calls.ts';

describe('The addresses of a request', () => {
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
