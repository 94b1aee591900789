// The virtual transports against the contract that the real ones keep.
import { describe, test } from 'vitest';
import type { Protocol } from '../transport/port.ts';
import { transportContract } from './contract/transport.ts';
import { assertNoLeaks } from './leaks.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';
import { VirtualNetwork } from './virtual-network.ts';

const kinds: readonly { readonly protocol: Protocol; readonly client: boolean }[] = [
  { protocol: 'UDP', client: false },
  { protocol: 'TCP', client: false },
  { protocol: 'TCP', client: true },
  { protocol: 'TLS', client: false },
  { protocol: 'WS', client: true },
  { protocol: 'WSS', client: true },
];

for (const { protocol, client } of kinds) {
  for (const [leftHost, rightHost] of [
    ['10.0.0.1', '10.0.0.2'],
    ['2001:db8::1', '2001:db8::2'],
  ] as const) {
    transportContract(
      `The virtual ${protocol} ${client ? 'client' : 'listener'} at ${leftHost}`,
      async () => {
        const clock = new VirtualClock();
        const network = new VirtualNetwork({ clock, random: seededRandom(1), latency: [1, 20] });
        const left = network.transport(protocol, leftHost, client ? undefined : 0);
        const right = network.transport(protocol, rightHost, 5060);
        return {
          left,
          right,
          nobody: { host: rightHost, port: 9 },
          turn: () => clock.elapse(1),
          close: async () => {
            clock.runUntilIdle();
            assertNoLeaks({ timers: clock, 'left connections': left, 'right connections': right });
          },
        };
      },
      { describe, test },
    );
  }
}
