// The way to one rtpengine: a UDP socket that hears nobody else.
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Logger } from '@offhook/sip';
import type { NgChannel } from './ng.ts';

/** Where an rtpengine listens for commands. */
export interface NgAddress {
  /** Numeric, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Opens a socket that is connected to `address`. Errors of the network are as good as a lost datagram, and logged. */
export function udpChannel(
  address: NgAddress,
  { arrived, log }: { readonly arrived: (bytes: Uint8Array) => void; readonly log: Logger },
): NgChannel {
  const { host, port } = address;
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  const trouble = (error: Error | null): void => {
    if (error !== null)
      log.debug('A command to rtpengine was lost', { host, port, error: error.message });
  };
  // Connected, so that nobody but this rtpengine is heard.
  const connected = new Promise<void>((resolve) => socket.connect(port, host, resolve));
  socket.on('error', trouble);
  socket.on('message', (bytes) => arrived(bytes));
  socket.unref();
  let closing: Promise<void> | undefined;
  return {
    send(bytes) {
      void connected.then(() => {
        if (closing === undefined) socket.send(bytes, trouble);
      });
    },
    close() {
      closing ??= new Promise((resolve) => socket.close(() => resolve()));
      return closing;
    },
  };
}
