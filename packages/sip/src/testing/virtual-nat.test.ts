// NAT boxes on the virtual network: what they map, let in, and forget (RFC 4787, RFC 5382).
import { describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import type { Address } from '../transport/port.ts';
import { FlowRecorder } from './recorder.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { NatBox, NatOptions } from './virtual-nat.ts';
import { VirtualNetwork } from './virtual-network.ts';
import type { VirtualTransport } from './virtual-network.ts';

const hidden = '10.0.0.1';
const box = '203.0.113.1';
const bytes = latin1Bytes('OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n');

interface End {
  readonly transport: VirtualTransport;
  readonly heard: FlowRecorder;
}

class Home {
  readonly clock = new VirtualClock();
  readonly network: VirtualNetwork = new VirtualNetwork({
    clock: this.clock,
    random: seededRandom(1),
  });
  readonly nat: NatBox;

  constructor(options: Partial<NatOptions> = {}) {
    this.nat = this.network.nat({ outside: box, inside: [hidden, '10.0.0.2'], ...options });
  }

  async end(host: string, port: number | undefined = 5060, protocol: 'UDP' | 'TCP' = 'UDP') {
    const transport = this.network.transport(protocol, host, port);
    const heard = new FlowRecorder();
    await transport.listen(heard);
    return { transport, heard } satisfies End;
  }

  send({ transport }: End, to: Address): void {
    transport.flowTo(to).send(bytes, () => {});
    this.clock.advance(10);
  }
}

const server: Address = { host: '192.0.2.1', port: 5060 };
const otherPort: Address = { host: '192.0.2.1', port: 5070 };
const otherHost: Address = { host: '192.0.2.2', port: 5060 };

describe('Datagrams through a NAT box', () => {
  test('the world sees the address of the box, and answers come back to who sent', async () => {
    const home = new Home();
    const [phone, far] = [await home.end(hidden), await home.end(server.host)];
    home.send(phone, server);
    const seen = far.heard.messages[0]?.flow.remote;
    expect(seen).toEqual({ host: box, port: 20_001 });
    home.send(far, { host: box, port: 20_001 });
    expect(phone.heard.messages[0]?.flow.remote).toEqual(server);
    expect(home.nat.mappings).toEqual([
      { protocol: 'UDP', inside: { host: hidden, port: 5060 }, outside: seen },
    ]);
  });

  test.each([
    ['endpoint-independent', [20_001, 20_001, 20_001]],
    ['address-dependent', [20_001, 20_001, 20_002]],
    ['address-and-port-dependent', [20_001, 20_002, 20_003]],
  ] as const)(
    'RFC 4787 §4.1: mapping %s gives the far ends ports %s',
    async (mapping, expected) => {
      const home = new Home({ mapping });
      const phone = await home.end(hidden);
      const ports: number[] = [];
      for (const far of [server, otherPort, otherHost]) {
        const { heard } = await home.end(far.host, far.port);
        home.send(phone, far);
        ports.push(heard.messages[0]?.flow.remote.port ?? 0);
      }
      expect(ports).toEqual(expected);
    },
  );

  test.each([
    ['endpoint-independent', 3],
    ['address-dependent', 2],
    ['address-and-port-dependent', 1],
  ] as const)(
    'RFC 4787 §5: filtering %s lets in %i of the three who know the port',
    async (filtering, expected) => {
      const home = new Home({ filtering });
      const phone = await home.end(hidden);
      home.send(phone, server);
      for (const far of [server, otherPort, otherHost])
        home.send(await home.end(far.host, far.port), { host: box, port: 20_001 });
      expect(phone.heard.messages).toHaveLength(expected);
    },
  );

  test('RFC 4787 §4.3: a mapping lives as long as something goes out in time, whatever comes in', async () => {
    const home = new Home({ bindingTimeout: 30_000 });
    const [phone, far] = [await home.end(hidden), await home.end(server.host)];
    for (let time = 0; time < 3; time += 1) {
      home.send(phone, server);
      home.clock.advance(29_000);
    }
    home.send(far, { host: box, port: 20_001 });
    expect(phone.heard.messages).toHaveLength(1);
    home.clock.advance(1_000);
    home.send(far, { host: box, port: 20_001 });
    expect(phone.heard.messages).toHaveLength(1);
    expect(home.nat.mappings).toEqual([]);
    home.send(phone, server);
    expect(far.heard.messages.at(-1)?.flow.remote.port).toBe(20_002);
  });

  test('a rebind gives a new port, and the old one leads nowhere (X12)', async () => {
    const home = new Home();
    const [phone, far] = [await home.end(hidden), await home.end(server.host)];
    home.send(phone, server);
    home.nat.rebind();
    home.send(far, { host: box, port: 20_001 });
    expect(phone.heard.messages).toEqual([]);
    home.send(phone, server);
    expect(far.heard.messages.at(-1)?.flow.remote.port).toBe(20_002);
  });

  test('nobody reaches a hidden host by its own address, but its neighbours do', async () => {
    const home = new Home();
    const phone = await home.end(hidden);
    home.send(await home.end(server.host), { host: hidden, port: 5060 });
    expect(phone.heard.messages).toEqual([]);
    home.send(await home.end('10.0.0.2'), { host: hidden, port: 5060 });
    expect(phone.heard.messages[0]?.flow.remote.host).toBe('10.0.0.2');
  });

  test('RFC 4787 §6: two hosts behind one box reach each other by its outside', async () => {
    const home = new Home({ filtering: 'endpoint-independent' });
    const [phone, neighbour] = [await home.end(hidden), await home.end('10.0.0.2')];
    home.send(phone, server);
    home.send(neighbour, { host: box, port: 20_001 });
    expect(phone.heard.messages[0]?.flow.remote).toEqual({ host: box, port: 20_002 });
  });
});

describe('Connections through a NAT box', () => {
  async function connected() {
    const home = new Home({ connectionTimeout: 60_000 });
    const phone = await home.end(hidden, undefined, 'TCP');
    const far = await home.end(server.host, 5060, 'TCP');
    home.send(phone, server);
    const flow = far.heard.messages[0]?.flow;
    if (flow === undefined) throw new Error('Nothing came through');
    return { home, phone, far, flow };
  }

  test('go out, and both ends use them', async () => {
    const { home, phone, flow } = await connected();
    expect(flow.remote).toEqual({ host: box, port: 20_001 });
    flow.send(bytes, () => {});
    home.clock.advance(10);
    expect(phone.heard.messages).toHaveLength(1);
    phone.transport.flowTo(server).close();
    home.clock.advance(10);
    expect(flow.open).toBe(false);
  });

  test('are not let in', async () => {
    const home = new Home();
    const phone = await home.end(hidden, 5060, 'TCP');
    home.send(await home.end(server.host, undefined, 'TCP'), { host: box, port: 5060 });
    expect(phone.heard.openings).toEqual([]);
  });

  test('that the box forgot are dead outside, and reset inside at the next message', async () => {
    const { home, phone, far, flow } = await connected();
    home.nat.rebind();
    flow.send(bytes, () => {});
    home.clock.advance(100);
    expect([phone.heard.messages, flow.open]).toEqual([[], true]);
    home.send(phone, server);
    expect(phone.heard.closings).toMatchObject([{ error: { code: 'ECONNRESET' } }]);
    expect(far.heard.messages).toHaveLength(1);
    home.send(phone, server);
    expect(far.heard.messages.at(-1)?.flow.remote.port).toBe(20_003);
  });
});
