// The endpoint by itself, with a core that a test writes: one event at a time, and nothing that waits for ever.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Request } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { bindingRequest, readBinding } from '../stun/binding.ts';
import { sipUri } from '../message/uri.ts';
import { ScriptedPeer } from '../testing/scripted-peer.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { VirtualNetwork } from '../testing/virtual-network.ts';
import type { Transport } from '../transport/port.ts';
import { Endpoint } from './endpoint.ts';
import type { Core, ServerTransaction } from './parts.ts';
import { EventQueue } from './queue.ts';
import { outsideRequest } from './request.ts';
import { silentLogger } from '../base/log.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const options = `OPTIONS sip:x@10.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK1
From: <sip:peer@10.0.0.9>;tag=p
To: <sip:x@10.0.0.1>
Call-ID: 1
CSeq: 1 OPTIONS

`;

let clock: VirtualClock;
let network: VirtualNetwork;
let peer: ScriptedPeer;
let answer: (request: Request, transaction: ServerTransaction) => void;

beforeEach(async () => {
  clock = new VirtualClock();
  network = new VirtualNetwork({ clock, random: seededRandom(1) });
  peer = new ScriptedPeer({ clock, transport: network.transport('UDP', '10.0.0.9', 5060) });
  await peer.start();
});

async function endpoint(
  transports: readonly Transport[] = [network.transport('UDP', ours.host, 5060)],
): Promise<Endpoint> {
  const core: Core = {
    request: (request, transaction) => answer(request, transaction),
    ack: () => undefined,
    cancel: () => undefined,
  };
  const made = new Endpoint({ name: 'test', transports, clock, random: seededRandom(2) }, core);
  await made.start();
  return made;
}

function ask(): Request {
  const parts = {
    method: 'OPTIONS',
    uri: sipUri('sip:peer@10.0.0.9'),
    from: '<sip:x@10.0.0.1>',
    to: '<sip:peer@10.0.0.9>',
  };
  return outsideRequest(parts, seededRandom(3));
}

describe('An endpoint', () => {
  test('RFC 4320 §4.2: a request that its core never answers is forgotten 64*T1 later, without a 408 (C068)', async () => {
    answer = () => undefined;
    const made = await endpoint();
    peer.send(options, ours);
    await clock.elapse(100_000);
    expect(peer.log.map(({ text }) => text.slice(8, 11))).toEqual(['100']);
    expect([made.transactionCount, clock.pending]).toEqual([0, 0]);
  });

  test('An answer in time leaves no guard behind', async () => {
    const later: (() => void)[] = [];
    answer = (request, transaction) =>
      later.push(() => transaction.respond(createResponse(request, 200)));
    const made = await endpoint();
    peer.send(options, ours);
    await clock.elapse(1_000);
    for (const act of later) made.run(act);
    await clock.elapse(40_000);
    expect(peer.log.map(({ text }) => text.slice(8, 11))).toEqual(['200']);
    expect([made.transactionCount, clock.pending]).toEqual([0, 0]);
  });

  test('A core that throws costs this one request: 500, a fault is counted, and the next one is served', async () => {
    let first = true;
    answer = (request, transaction) => {
      if (first) {
        first = false;
        throw new Error('a core that throws');
      }
      transaction.respond(createResponse(request, 200));
    };
    const made = await endpoint();
    peer.send(options, ours);
    peer.send(options.replaceAll('z9hG4bK1', 'z9hG4bK2'), ours);
    await clock.elapse(40_000);
    expect(peer.log.map(({ text }) => text.slice(8, 11))).toEqual(['500', '200']);
    expect([made.faults, made.transactionCount, clock.pending]).toEqual([1, 0, 0]);
  });

  test('A user that throws when it is told of an answer does not keep the transaction alive', async () => {
    const made = await endpoint();
    peer.when('OPTIONS', (arrived) => peer.respond(arrived, 200));
    const broken = (): void => {
      throw new Error('a user that throws');
    };
    made.send(ask(), {}, { response: broken, failed: broken, ended: broken });
    await clock.elapse(40_000);
    expect(made.faults).toBe(2);
    expect([made.transactionCount, clock.pending]).toEqual([0, 0]);
  });

  test('Closing tells those who wait, and sends nothing afterwards', async () => {
    const made = await endpoint();
    const told: unknown[] = [];
    const user = {
      response: () => undefined,
      failed: (status: number, { code }: { readonly code: string }) => told.push([status, code]),
      ended: () => told.push('ended'),
    };
    made.send(ask(), {}, user);
    await made.close();
    expect(told).toEqual([[503, 'SIP_CLOSED'], 'ended']);
    made.send(ask(), {}, user);
    expect(told.slice(2)).toEqual([[503, 'SIP_CLOSED'], 'ended']);
    const sent = network.packets.length;
    await clock.elapse(1_000);
    expect([network.packets.length, clock.pending, made.transactionCount]).toEqual([sent, 0, 0]);
  });

  test('RFC 3261 §18.2.1: TCP and UDP are kept apart: a UDP request from one that TCP serves too is answered on UDP', async () => {
    answer = (request, transaction) => transaction.respond(createResponse(request, 200));
    await endpoint([
      network.transport('UDP', ours.host, 5060),
      network.transport('TCP', ours.host, 5060),
    ]);
    peer.send(options, ours);
    await clock.elapse(50);
    expect(peer.take('SIP/2.0 200').flow.protocol).toBe('UDP');
  });

  test('RFC 3261 §18.3: framing that is lost is answered with 400, for responses and ACK with nothing (C016)', async () => {
    const made = await endpoint([network.transport('TCP', ours.host, 5060)]);
    const client = new ScriptedPeer({
      clock,
      transport: network.transport('TCP', '10.0.0.9', 5060),
    });
    await client.start();
    const head = options.replaceAll('UDP', 'TCP').replaceAll('\n', '\r\n');
    const texts = [
      head,
      head.replaceAll('OPTIONS', 'ACK'),
      head.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n'),
      `${head.trimEnd()}\r\nContent-Length: -1\r\n\r\n`,
    ];
    for (const text of texts) {
      client.sendRaw(new TextEncoder().encode(text), ours);
      await clock.elapse(50);
    }
    expect(client.log.map(({ text }) => text.slice(8, 11))).toEqual(['400', '400']);
    expect(made.counters).toMatchObject({ malformed: 4, answeredMalformed: 2 });
  });
});

test('RFC 3261 §17.1.1.2: after 5,000 mixed requests both ways, on a bad network, no transaction and no timer is left (C076, A49)', async () => {
  const random = seededRandom(9);
  const [some, most] = [() => random.fraction() < 0.3, () => random.fraction() < 0.9];
  network.change({ latency: [1, 30], loss: 0.1, duplicate: 0.05 });
  // A call may wait for ever, and its 2xx is repeated by those above: both are theirs to end.
  answer = (request, transaction) => {
    if (some()) transaction.respond(createResponse(request, 183));
    if (request.method === 'INVITE') transaction.respond(createResponse(request, 486));
    else if (most()) transaction.respond(createResponse(request, some() ? 404 : 200));
  };
  const left = await endpoint();
  const right = await endpoint([network.transport('UDP', '10.0.0.2', 5060)]);
  const user = { response: () => undefined, failed: () => undefined };
  let sent = 0;
  for (let batch = 0; batch < 50; batch += 1) {
    for (let each = 0; each < 100; each += 1) {
      const from = some() ? left : right;
      const host = ['10.0.0.1', '10.0.0.2', '10.0.0.77'][Math.floor(random.fraction() * 3)] ?? '';
      const method = ['INVITE', 'OPTIONS', 'BYE'][Math.floor(random.fraction() * 3)] ?? '';
      const parts = {
        method,
        uri: sipUri(`sip:x@${host}`),
        from: '<sip:x@10.0.0.1>',
        to: '<sip:x@10.0.0.2>',
      };
      const under = from.send(outsideRequest(parts, random), {}, user);
      if (method === 'INVITE' && some()) under.cancel();
      sent += 1;
    }
    await clock.elapse(500);
    network.forgetPackets();
  }
  await clock.elapse(100_000);
  expect([sent, left.faults, right.faults]).toEqual([5_000, 0, 0]);
  expect([left.transactionCount, right.transactionCount, clock.pending]).toEqual([0, 0, 0]);
});

describe('Keep-alives at an endpoint', () => {
  test('RFC 5626 §8: a STUN request on the SIP port is answered with the address it came from, and no parser sees it (C042)', async () => {
    const made = await endpoint();
    const transaction = Uint8Array.from({ length: 12 }, (_, at) => at);
    peer.sendRaw(bindingRequest(transaction), ours);
    await clock.elapse(50);
    const [answer] = peer.keepAlives;
    expect(readBinding(answer?.bytes ?? new Uint8Array(0))).toEqual({
      kind: 'mapped',
      transaction,
      address: { host: '10.0.0.9', port: 5060 },
    });
    expect([made.counters.malformed, peer.log]).toEqual([0, []]);
  });

  test('RFC 5626 §8: what is neither a STUN request nor an answer to ours is dropped in silence (C042, A45)', async () => {
    const made = await endpoint();
    for (const bytes of [Uint8Array.of(0), Uint8Array.of(1, 1, 0, 0), new Uint8Array(1_400)])
      peer.sendRaw(bytes, ours);
    await clock.elapse(50);
    expect([peer.keepAlives, peer.log, made.counters.malformed]).toEqual([[], [], 0]);
  });

  test('RFC 5626 §4.4: a flow that fails is told of once, and closing leaves no timer behind (C043)', async () => {
    const made = await endpoint();
    const flow = made.transports[0]?.flowTo({ host: '10.0.0.9', port: 5060 });
    if (flow === undefined) throw new Error('There is a flow');
    const told: string[] = [];
    const user = { alive: () => told.push('alive'), failed: (reason: string) => told.push(reason) };
    made.keepAlive(flow, { user });
    await clock.elapse(100_000);
    expect([told, clock.pending]).toEqual([['No answer came to a keep-alive'], 0]);
    made.keepAlive(flow, { user });
    await made.close();
    expect(clock.pending).toBe(0);
  });
});

describe('EventQueue', () => {
  test('runs one event to its end before the next, in the order of their raising', () => {
    const queue = new EventQueue(silentLogger);
    const seen: string[] = [];
    queue.run(() => {
      queue.run(() => seen.push('second'));
      seen.push('first');
    });
    expect(seen).toEqual(['first', 'second']);
  });

  test('counts an event that throws, and runs the next', () => {
    const queue = new EventQueue(silentLogger);
    const seen: string[] = [];
    queue.run(() => {
      queue.run(() => seen.push('next'));
      throw new Error('on purpose');
    });
    expect([seen, queue.faults]).toEqual([['next'], 1]);
  });
});
