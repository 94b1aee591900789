// NAT boxes of every kind on the virtual network, and a STUN server with two addresses and two ports that finds out which.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import type { NatOptions } from '../testing/virtual-nat.ts';
import { VirtualNetwork } from '../testing/virtual-network.ts';
import type { Packet } from '../testing/virtual-network.ts';
import type { FlowListener, Transport } from '../transport/port.ts';
import { StunAsker } from './asker.ts';
import { formatStun, parseStun } from './message.ts';
import { xorAddress } from './binding.ts';
import { discoverNat } from './nat.ts';
import type { NatReport } from './nat.ts';

const kinds = ['endpoint-independent', 'address-dependent', 'address-and-port-dependent'] as const;

describe.each(kinds)('Behind a NAT whose mapping is %s', (mapping) => {
  test.each(kinds)(
    `RFC 5780 §4.3, §4.4: and whose filter is %s, both are found out`,
    async (filtering) => {
      const report = await found({ nat: { mapping, filtering } });
      expect(report).toMatchObject({ mapping, filtering, mapped: { host: '203.0.113.9' } });
    },
  );

  test('two servers with one address each tell whether media can do without a relay', async () => {
    const report = await found({ nat: { mapping }, servers: 'plain' });
    const isOpen = mapping === 'endpoint-independent';
    expect(report?.mapping).toBe(isOpen ? mapping : 'address-and-port-dependent');
    expect(report?.filtering).toBe('unknown');
  });
});

test('Without a NAT the server sees what we see', async () => {
  expect(await found({})).toMatchObject({ mapping: 'none', filtering: 'endpoint-independent' });
});

test('One server with one address cannot tell, and a server that does not answer tells nothing', async () => {
  const nat = { mapping: 'address-dependent' } as const;
  expect(await found({ nat, servers: 'one' })).toMatchObject({ mapping: 'unknown' });
  expect(await found({ nat, servers: 'none' })).toBeUndefined();
});

test('RFC 8489 §6.2.1: what is lost is asked again, twice', async () => {
  let sent = 0;
  const nat = { mapping: 'address-dependent' } as const;
  const report = await found({
    nat,
    loses: (host) => host.startsWith('192.0.2.') && (sent += 1) % 3 !== 0,
  });
  expect(report).toMatchObject(nat);
});

interface Situation {
  readonly nat?: Partial<NatOptions>;
  readonly servers?: 'both' | 'plain' | 'one' | 'none';
  /** True for a packet to `host` that is lost. */
  readonly loses?: (host: string) => boolean;
}

async function found({ nat, servers = 'both', loses }: Situation): Promise<NatReport | undefined> {
  const clock = new VirtualClock();
  const random = seededRandom(3);
  const judge = ({ to }: Packet): 'lose' | 'deliver' =>
    loses?.(to.host) === true ? 'lose' : 'deliver';
  const network = new VirtualNetwork({ clock, random, icmp: false, judge });
  if (nat !== undefined) network.nat({ outside: '203.0.113.9', inside: ['10.0.0.2'], ...nat });
  await serve(network, servers);
  const socket = network.transport('UDP', '10.0.0.2', 40_000);
  const asker = new StunAsker({
    clock,
    random,
    send: (bytes, to) => socket.flowTo({ ...to }).send(bytes, () => undefined),
  });
  await socket.listen(listener((bytes) => asker.received(bytes)));
  const done = discoverNat({
    local: { host: '10.0.0.2', port: 40_000 },
    server: { host: '192.0.2.1', port: 3478 },
    others: servers === 'plain' ? [{ host: '192.0.2.2', port: 3478 }] : [],
    ask: (server, change) => asker.ask(server, change),
  });
  await clock.elapse(30_000);
  expect(clock.pending).toBe(0);
  return await done;
}

// RFC 5780 §6: four sockets, of two addresses and two ports; `plain` ones know nothing of that.
async function serve(network: VirtualNetwork, kind: Situation['servers']): Promise<void> {
  const hosts = kind === 'one' ? ['192.0.2.1'] : kind === 'none' ? [] : ['192.0.2.1', '192.0.2.2'];
  const ports = kind === 'both' ? [3478, 3479] : [3478];
  const sockets = new Map<string, Transport>();
  for (const host of hosts) {
    for (const port of ports) {
      const socket = network.transport('UDP', host, port);
      sockets.set(`${host} ${port}`, socket);
      await socket.listen(
        listener((bytes, flow) => {
          const request = parseStun(bytes);
          if (request === undefined) return;
          const [bits = 0] =
            request.attributes.find(({ type }) => type === 3)?.value.slice(3) ?? [];
          const far = (at: number): string => hosts[(hosts.indexOf(host) + at) % 2] ?? host;
          const away = (at: number): number => ports[(ports.indexOf(port) + at) % 2] ?? port;
          const from = sockets.get(`${far(bits & 4 ? 1 : 0)} ${away(bits & 2 ? 1 : 0)}`);
          const seen = xorAddress(flow.remote, request.transaction);
          const [a = 0, b = 0, c = 0, d = 0] = far(1).split('.').map(Number);
          const other = Uint8Array.of(0, 1, away(1) >> 8, away(1) & 255, a, b, c, d);
          const attributes = [
            ...(seen === undefined ? [] : [seen]),
            ...(kind === 'both' ? [{ type: 0x802c, value: other }] : []),
          ];
          const answer = formatStun({ ...request, class: 'success', attributes });
          from?.flowTo(flow.remote).send(answer, () => undefined);
        }),
      );
    }
  }
}

function listener(keepAlive: FlowListener['keepAlive']): FlowListener {
  const nothing = (): void => undefined;
  return { received: nothing, keepAlive, framingLost: nothing, opened: nothing, closed: nothing };
}
