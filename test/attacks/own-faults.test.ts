// A fault in our own code or in the application's: it costs the message that met it, is counted and told, and nothing else suffers.
import { Endpoint } from '@offhook/sip';
import type { Core, ServerTransaction } from '@offhook/sip';
import { assertNoLeaks, headerRows, ScriptedPeer, seededRandom, VirtualClock, VirtualNetwork } from '@offhook/sip/testing'; // prettier-ignore
import { expect, test } from 'vitest';
import { createResponse } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { request } from '../conformance/texts.ts';
import { inWorld } from '../conformance/world.ts';

const ours = { host: '10.0.0.2', port: 5060 };

test('A core that throws at one of a thousand requests answers 500 to that one, and all others as ever (X26)', async () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork({ clock, random: seededRandom(1), keepPackets: false });
  let asked = 0;
  const told: string[] = [];
  const core: Core = {
    request(received: Request, transaction: ServerTransaction) {
      asked += 1;
      if (asked % 1_000 === 0) throw new Error('A fault of our own');
      transaction.respond(createResponse(received, 200, { toTag: transaction.localTag }));
    },
    ack: () => undefined,
    cancel: () => undefined,
  };
  const endpoint = new Endpoint(
    {
      name: 'faulty',
      transports: [network.transport('UDP', ours.host, ours.port)],
      clock,
      random: seededRandom(2),
      log: { debug() {}, info() {}, warn() {}, error: (text) => void told.push(text) },
    },
    core,
  );
  await endpoint.start();
  const peer = new ScriptedPeer({ clock, transport: network.transport('UDP', '10.0.0.9', 5060) });
  await peer.start();
  for (let at = 0; at < 5_000; at += 1) {
    const text = { method: at % 2 === 0 ? 'OPTIONS' : 'INVITE', callId: `call-${at}` };
    peer.send(request(peer.address, text), ours);
    if (at % 50 === 0) await clock.elapse(20);
  }
  await clock.elapse(100);
  // A 500 to an INVITE is repeated until its ACK, which the peer does not send.
  const answers = new Map(
    peer.log.map(({ text }) => [headerRows(text, 'Call-ID')[0], text.slice(8, 11)]),
  );
  const statuses = [...answers.values()];
  expect(asked).toBe(5_000);
  expect(statuses.filter((status) => status === '500')).toHaveLength(5);
  expect(statuses.filter((status) => status === '200')).toHaveLength(4_995);
  expect([endpoint.faults, told.length]).toEqual([5, 5]);
  await clock.elapse(70_000);
  assertNoLeaks({ transactions: () => endpoint.transactionCount, timers: clock });
  await endpoint.close();
});

test('Listeners, media and iterations of an application that throw end no other call (X26)', () =>
  inWorld(async (world) => {
    let opened = 0;
    const bob = await world.agent('bob', ours.host, {
      silent: {
        think: async () => {
          opened += 1;
          if (opened % 5 === 0) throw new Error('No port is left');
        },
      },
    });
    const alice = await world.agent('alice', '10.0.0.1');
    const ends: string[] = [];
    for (let call = 0; call < 20; call += 1) {
      const outgoing = alice.ua.call(`sip:bob@${ours.host}`);
      const answer = outgoing.answered.then(
        async (up) => {
          up.onAgreement(() => {
            throw new Error('A listener of the application');
          });
          await up.hangUp();
          ends.push((await up.ended).cause);
        },
        (error: unknown) => void ends.push(String((error as { status?: number }).status)),
      );
      const incoming = await bob.nextCall();
      incoming.accept().catch(() => undefined);
      await world.during(answer);
    }
    expect(ends.filter((end) => end === 'bye')).toHaveLength(16);
    expect(ends.filter((end) => /^[45]\d\d$/.test(end))).toHaveLength(4);
  }));
