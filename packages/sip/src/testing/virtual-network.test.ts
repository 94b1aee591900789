// The virtual network: what it does to packets, and that one seed always does the same.
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import type { Protocol } from '../transport/port.ts';
import { FlowRecorder } from './recorder.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';
import { VirtualNetwork } from './virtual-network.ts';
import type { Conditions, VirtualTransport } from './virtual-network.ts';

interface Pair {
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly left: VirtualTransport;
  readonly right: VirtualTransport;
  readonly atLeft: FlowRecorder;
  readonly atRight: FlowRecorder;
  send(number: number): void;
}

async function pair(
  protocol: Protocol,
  conditions: Partial<Conditions> = {},
  seed = 1,
): Promise<Pair> {
  const clock = new VirtualClock();
  const network = new VirtualNetwork({ clock, random: seededRandom(seed), ...conditions });
  const left = network.transport(protocol, '10.0.0.1', protocol === 'WS' ? undefined : 5060);
  const right = network.transport(protocol, '10.0.0.2', 5060);
  const atLeft = new FlowRecorder();
  const atRight = new FlowRecorder();
  await left.listen(atLeft);
  await right.listen(atRight);
  const send = (number: number): void => {
    const text = `OPTIONS sip:${number} SIP/2.0\r\nContent-Length: 0\r\n\r\n`;
    left.flowTo({ host: '10.0.0.2', port: 5060 }).send(latin1Bytes(text), () => {});
  };
  return { clock, network, left, right, atLeft, atRight, send };
}

function numbers(recorder: FlowRecorder): readonly number[] {
  return recorder.messages.map(({ text }) => Number(text.slice(12).split(' ')[0]));
}

async function run(
  protocol: Protocol,
  conditions: Partial<Conditions>,
  seed?: number,
): Promise<Pair> {
  const made = await pair(protocol, conditions, seed);
  for (let number = 0; number < 1000; number += 1) {
    made.send(number);
    made.clock.advance(1);
  }
  made.clock.runUntilIdle();
  return made;
}

const inOrder = Array.from({ length: 1000 }, (_, number) => number);

describe('Datagrams', () => {
  test('On a good network each arrives once, in order, after the latency', async () => {
    const { clock, network, atRight, send } = await pair('UDP', { latency: 40 });
    send(1);
    clock.advance(39);
    expect(atRight.messages).toHaveLength(0);
    clock.advance(1);
    expect(atRight.messages).toHaveLength(1);
    expect(network.packets).toMatchObject([{ number: 1, at: 0, protocol: 'UDP', arrivals: [40] }]);
    expect(numbers((await run('UDP', {})).atRight)).toEqual(inOrder);
  });

  test('Loss, duplication and reordering happen in the shares asked for', async () => {
    expect(numbers((await run('UDP', { loss: 0.2 })).atRight).length).toBeGreaterThan(750);
    expect(numbers((await run('UDP', { loss: 0.2 })).atRight).length).toBeLessThan(850);
    const doubled = numbers((await run('UDP', { duplicate: 0.1 })).atRight);
    expect(doubled.length).toBeGreaterThan(1060);
    expect(new Set(doubled).size).toBe(1000);
    const shuffled = numbers((await run('UDP', { reorder: 0.1 })).atRight);
    expect(shuffled).not.toEqual(inOrder);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(inOrder);
  });

  test('One seed gives one course, to the packet', async () => {
    const conditions = { latency: [5, 90], loss: 0.1, duplicate: 0.1, reorder: 0.1 } as const;
    const [one, same, other] = await Promise.all([
      run('UDP', conditions, 3),
      run('UDP', conditions, 3),
      run('UDP', conditions, 4),
    ]);
    expect(one.network.packets).toEqual(same.network.packets);
    expect(numbers(one.atRight)).toEqual(numbers(same.atRight));
    expect(numbers(one.atRight)).not.toEqual(numbers(other.atRight));
  });

  test('A test can lose single packets', async () => {
    const { clock, send, atRight, network } = await pair('UDP', {
      judge: ({ number }) => (number === 2 ? 'lose' : undefined),
    });
    for (const number of [1, 2, 3]) send(number);
    clock.runUntilIdle();
    expect(numbers(atRight)).toEqual([1, 3]);
    expect(network.packets[1]?.arrivals).toEqual([]);
  });

  test('A datagram to nobody is answered by ICMP, or by nothing when so asked', async () => {
    const { clock, network, atLeft, left } = await pair('UDP');
    const nobody = { host: '10.0.0.9', port: 5060 };
    left.flowTo(nobody).send(latin1Bytes('OPTIONS sip:a SIP/2.0\r\n\r\n'), () => {});
    clock.runUntilIdle();
    expect(atLeft.closings).toMatchObject([
      { flow: { remote: nobody }, error: { code: 'ECONNREFUSED' } },
    ]);
    network.change({ icmp: false });
    left.flowTo(nobody).send(latin1Bytes('OPTIONS sip:a SIP/2.0\r\n\r\n'), () => {});
    clock.runUntilIdle();
    expect(atLeft.closings).toHaveLength(1);
  });

  test('Nothing passes between separated hosts until they are joined', async () => {
    const { clock, network, atRight, send } = await pair('UDP');
    network.separate('10.0.0.1', '10.0.0.2');
    send(1);
    clock.runUntilIdle();
    network.join('10.0.0.1', '10.0.0.2');
    send(2);
    clock.runUntilIdle();
    expect(numbers(atRight)).toEqual([2]);
  });

  test('An address is given once', async () => {
    const { network, right } = await pair('UDP');
    const second = network.transport('UDP', '10.0.0.2', 5060);
    await expect(second.listen(new FlowRecorder())).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await right.close();
    await second.listen(new FlowRecorder());
    expect(second.local).toEqual({ host: '10.0.0.2', port: 5060 });
  });
});

describe.each(['TCP', 'WS'] as const)('Connections over %s', (protocol) => {
  test('Whatever the network does, all arrives once and in order', async () => {
    const bad = { latency: [5, 90], loss: 0.2, duplicate: 0.2, reorder: 0.2 } as const;
    expect(numbers((await run(protocol, bad)).atRight)).toEqual(inOrder);
  });

  test('A cut connection is told to both ends as an error', async () => {
    const { clock, network, left, right, atLeft, atRight, send } = await pair(protocol);
    send(1);
    clock.runUntilIdle();
    network.cut('10.0.0.1', '10.0.0.2');
    expect(atLeft.closings).toMatchObject([{ error: { code: 'ECONNRESET' } }]);
    expect(atRight.closings).toMatchObject([{ error: { code: 'ECONNRESET' } }]);
    expect([left.connections, right.connections]).toEqual([0, 0]);
    send(2);
    clock.runUntilIdle();
    expect(numbers(atRight)).toEqual([1, 2]);
  });

  test('Between separated hosts a connection stalls and later goes on', async () => {
    const { clock, network, atRight, send } = await pair(protocol);
    send(1);
    clock.runUntilIdle();
    network.separate('10.0.0.1', '10.0.0.2');
    send(2);
    send(3);
    clock.runUntilIdle();
    expect(numbers(atRight)).toEqual([1]);
    network.join('10.0.0.1', '10.0.0.2');
    clock.runUntilIdle();
    expect(numbers(atRight)).toEqual([1, 2, 3]);
  });

  test('A connection that cannot be made is told and fails what waited', async () => {
    const { clock, left, atLeft } = await pair(protocol);
    const errors: Error[] = [];
    left
      .flowTo({ host: '10.0.0.9', port: 5060 })
      .send(latin1Bytes('x'), (error) => errors.push(error));
    clock.runUntilIdle();
    expect(errors).toMatchObject([{ code: 'ECONNREFUSED' }]);
    expect(atLeft.closings).toHaveLength(1);
  });

  test('RFC 5626 §5.4: CRLFCRLF is answered with CRLF (C041)', async () => {
    const { clock, network, left } = await pair(protocol);
    left.flowTo({ host: '10.0.0.2', port: 5060 }).send(latin1Bytes('\r\n\r\n'), () => {});
    clock.runUntilIdle();
    expect(network.packets.map(({ text }) => text)).toEqual(['\r\n\r\n', '\r\n']);
  });
});
