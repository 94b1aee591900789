// Finds out what lies between this machine and a STUN server, from a UDP socket of its own.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { StunAsker } from '../stun/asker.ts';
import type { MappedAddress } from '../stun/binding.ts';
import { discoverNat } from '../stun/nat.ts';
import type { NatReport } from '../stun/nat.ts';

/** Whom to ask. */
export interface NatReportOptions {
  /** Numeric, IPv6 without brackets. */
  readonly server: MappedAddress;
  /** Further servers of the same family, asked where the first one has one address only. */
  readonly others?: readonly MappedAddress[] | undefined;
}

/** Asks; undefined when the server does not answer. Takes up to fifteen seconds, since silence is an answer too. */
export async function natReport({
  server,
  others,
}: NatReportOptions): Promise<NatReport | undefined> {
  const socket = openSocket(server.host);
  try {
    await bind(socket, await ownAddress(server));
    const asker = new StunAsker({
      // A datagram that cannot leave is as good as one that was lost.
      send: (bytes, to) => socket.send(bytes, to.port, to.host, () => undefined),
      clock: systemClock,
      random: systemRandom,
    });
    socket.on('message', (bytes) => asker.received(bytes));
    const { address, port } = socket.address();
    return await discoverNat({
      local: { host: address, port },
      server,
      others,
      ask: (where, change) => asker.ask(where, change),
    });
  } finally {
    socket.close();
  }
}

// Which of this machine's addresses leads to the server, as the kernel's routes say: nothing is sent.
async function ownAddress({ host, port }: MappedAddress): Promise<string> {
  const socket = openSocket(host);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, host, resolve);
    });
    return socket.address().address;
  } finally {
    socket.close();
  }
}

function bind(socket: Socket, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port: 0 }, () => {
      socket.off('error', reject);
      // What ICMP tells of a server that is away shows as its silence.
      socket.on('error', () => undefined);
      resolve();
    });
  });
}

function openSocket(host: string): Socket {
  return createSocket(isIPv6(host) ? 'udp6' : 'udp4');
}
