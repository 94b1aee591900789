// A STUN server on a UDP socket of its own: it tells whoever asks under which address it is seen (RFC 8489 §2, §12).
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { silentLogger } from '../base/log.ts';
import type { Logger } from '../base/log.ts';
import { answerBinding } from '../stun/binding.ts';
import { canonicalHost } from '../transport/address.ts';
import type { Address } from '../transport/port.ts';

/** How a STUN server is made. */
export interface StunServerOptions {
  /** A numeric address of this machine. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Asked for each request before anything is done with it; false to leave it without an answer. */
  readonly mayAnswer?: ((host: string) => boolean) | undefined;
  readonly log?: Logger | undefined;
}

/** A running STUN server. */
export interface StunServer {
  readonly local: Address;
  /** Requests answered, and datagrams that got no answer. */
  readonly counters: { readonly answered: number; readonly dropped: number };
  close(): Promise<void>;
}

/**
 * Starts one. It remembers nothing and knows no credentials. An answer is larger than its request by the mapped address
 * alone, 12 bytes or 24, so that it is of no use for floods at a forged address.
 */
export async function stunServer(options: StunServerOptions): Promise<StunServer> {
  const { host, mayAnswer = () => true, log = silentLogger } = options;
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', ipv6Only: isIPv6(host) });
  const { address, port } = await bound(socket, options);
  const counters = { answered: 0, dropped: 0 };
  socket.on('error', (error) => log.warn('The STUN socket failed', { error: error.message }));
  socket.on('message', (bytes, remote) => {
    const source = { host: canonicalHost(remote.address), port: remote.port };
    const answer = mayAnswer(source.host) ? answerBinding(bytes, source) : undefined;
    if (answer === undefined) counters.dropped += 1;
    else {
      counters.answered += 1;
      // An answer that cannot be sent is as good as one that is lost: who asked asks again.
      socket.send(answer, remote.port, remote.address, () => undefined);
    }
  });
  let closing: Promise<void> | undefined;
  return {
    local: { host: address, port },
    counters,
    close() {
      closing ??= new Promise((resolve) => socket.close(() => resolve()));
      return closing;
    },
  };
}

function bound(
  socket: Socket,
  { host, port }: StunServerOptions,
): Promise<{ address: string; port: number }> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket.address());
    });
  });
}
