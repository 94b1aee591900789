// HEP over real sockets: what is sent is what was seen, and what comes is taken with care.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { hepObservation, readHep, writeHep } from '@offhook/sip/trace';
import { hepSender, listenForHep } from './hep.ts';
import type { SeenMessage } from './lines.ts';
import { call, seen, start, TestKeeper } from './trace.test-kit.ts';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function socketAt(): Promise<{ readonly socket: Socket; readonly port: number }> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { socket, port: socket.address().port };
}

function message(observation = seen('INVITE')): SeenMessage {
  if (observation.kind !== 'message') throw new TypeError('No message');
  return observation;
}

test('a collector gets the message with its addresses, its time and its Call-ID, however long it is', async () => {
  const { socket, port } = await socketAt();
  closing.push(() => socket.close());
  const got: Buffer[] = [];
  socket.on('message', (packet) => got.push(packet));
  const sender = hepSender({ host: '127.0.0.1', port });
  closing.push(sender.close);
  sender.send(message());
  sender.send(message(seen('INFO', { body: 'x'.repeat(100_000) })));
  await vi.waitFor(() => expect(got).toHaveLength(2), 20_000);
  const read = readHep(got[0] ?? Buffer.alloc(0));
  expect(read).toMatchObject({ ok: true, value: { correlation: 'call-1', agent: 2001 } });
  expect(read.ok && hepObservation(read.value)).toMatchObject({
    at: message().at,
    local: { host: '192.0.2.1', port: 5070 },
    remote: { host: '127.0.0.1', port: 5060 },
    text: message().text,
  });
});

test('what agents send is taken; rubbish, floods and times of another age do no harm (X18)', async () => {
  const { socket, port } = await socketAt();
  socket.close();
  const taken: SeenMessage[] = [];
  const warnings: string[] = [];
  // It stands still, so that however slow the machine is all comes within one second.
  const clock = new VirtualClock({ wall: Date.UTC(2030, 0, 1) });
  closing.push(
    listenForHep({
      ...{ at: { host: '127.0.0.1', port }, clock },
      take: (one) => taken.push(one),
      warn: (text) => warnings.push(text),
    }),
  );
  const agent = createSocket('udp4');
  closing.push(() => agent.close());
  const send = (bytes: Uint8Array): void => agent.send(bytes, port, '127.0.0.1');
  const whole = writeHep(message());
  const now = { ...message(), at: clock.wall() - 1_000 };
  // The socket may not be there yet.
  await vi.waitFor(() => {
    send(writeHep(now));
    expect(taken.length).toBeGreaterThan(0);
  }, 20_000);
  taken.length = 0;
  for (let at = 0; at < whole.length; at += 7) send(whole.subarray(0, at));
  send(Buffer.from('HEP3 is not this'));
  send(whole);
  await vi.waitFor(() => expect(taken.length).toBeGreaterThan(0), 20_000);
  expect(Math.abs((taken.at(-1)?.at ?? 0) - clock.wall())).toBeLessThan(60_000);
  const rubbish = 'What came to the port of HEP is none of version 3: 1 dropped';
  expect(warnings).toEqual([rubbish]);
  // In rounds, so that the socket's buffer can hold them.
  await vi.waitFor(
    () => {
      for (let index = 0; index < 500; index += 1) send(whole);
      expect(warnings).toEqual([
        rubbish,
        'More HEP packets came in a second than are read: 1 dropped',
      ]);
    },
    { timeout: 20_000, interval: 5 },
  );
});

test('what is no SIP is counted and told; what one agent saw within a millisecond stays in the order in which it told it', async () => {
  const { socket, port } = await socketAt();
  socket.close();
  const taken: SeenMessage[] = [];
  const warnings: string[] = [];
  const clock = new VirtualClock({ wall: start + 5_000 });
  closing.push(
    listenForHep({
      ...{ at: { host: '127.0.0.1', port }, clock },
      take: (one) => taken.push(one),
      warn: (text) => warnings.push(text),
    }),
  );
  const agent = createSocket('udp4');
  closing.push(() => agent.close());
  const send = (bytes: Uint8Array): void => agent.send(bytes, port, '127.0.0.1');
  const at = (time: number): Uint8Array => writeHep({ ...message(), at: start + time });
  const report = at(0);
  // The chunk of the payload's type, which stands before the agent's number.
  report[report.indexOf(11, 60) + 3] = 5;
  await vi.waitFor(() => {
    send(report);
    expect(warnings).toHaveLength(1);
  }, 20_000);
  for (const time of [1.5, 1, 0.25, 2, 1.25]) send(at(time));
  await vi.waitFor(() => expect(taken).toHaveLength(5), 20_000);
  expect(taken.map((one) => one.at - start)).toEqual([1.5, 1.5, 0.25, 2, 2]);
  clock.advance(600_000);
  send(report);
  await vi.waitFor(() => expect(warnings).toHaveLength(2), 20_000);
  const told = 'HEP agents tell of media (RTCP), which no trace of a call keeps: only SIP is';
  expect(warnings[0]).toBe(`${told}: 1 dropped`);
});

test('a port that is taken is told', async () => {
  const { socket, port } = await socketAt();
  closing.push(() => socket.close());
  const warnings: string[] = [];
  closing.push(
    listenForHep({
      ...{ at: { host: '127.0.0.1', port }, clock: systemClock, take: () => undefined },
      warn: (text) => warnings.push(text),
    }),
  );
  await vi.waitFor(() => expect(warnings[0]).toMatch(/HEP is not heard on .*EADDRINUSE/), 20_000);
});

test('an agent is believed where the system saw nothing itself, and changes nothing where it did', () => {
  const world = new TestKeeper();
  const agent = { endpoint: '' };
  world.keeper.observe(call(), 'system');
  world.keeper.observe(
    [
      seen('486 Busy Here', { ...agent, to: 'eve' }),
      ...call({ ...agent, callId: 'far' }, '404 Not Found'),
    ],
    'agent',
  );
  expect(world.calls().calls.map(({ id, status }) => [id, status])).toContainEqual(['far', 404]);
  expect(world.ids({ user: 'eve' })).toEqual([]);
  expect(world.lines({ call: 'call-1' })).toHaveLength(7);
});
