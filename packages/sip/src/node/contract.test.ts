// The transports of the Node.js edge against the contract, on loopback.
import { describe, test } from 'vitest';
import { transportContract } from '../testing/contract/transport.ts';
import type { TransportWorld } from '../testing/contract/transport.ts';
import type { Transport } from '../transport/port.ts';
import { hasOpenssl, TestAuthority } from './certificates.test-kit.ts';
import { checkedCertificate, tcp, tls, udp, webSocketClient, webSocketServer } from './index.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const close = (): Promise<void> => Promise.resolve();
const inBrackets = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** A port on which nobody listens: it was free a moment ago. */
async function freePort(make: () => Transport): Promise<number> {
  const transport = make();
  await transport.listen({
    received() {},
    keepAlive() {},
    framingLost() {},
    opened() {},
    closed() {},
  });
  const port = transport.local?.port ?? 0;
  await transport.close();
  return port;
}

const authority = hasOpenssl ? new TestAuthority() : undefined;

for (const host of ['127.0.0.1', '::1']) {
  transportContract(
    `udp on ${host}`,
    async (): Promise<TransportWorld> => ({
      left: udp({ host }),
      right: udp({ host }),
      nobody: { host, port: await freePort(() => udp({ host })) },
      turn,
      close,
    }),
    { describe, test },
  );

  transportContract(
    `udp on a given port of ${host}, which does not hear ICMP,`,
    async (): Promise<TransportWorld> => ({
      left: udp({ host, noticeUnreachable: false }),
      right: udp({ host, port: await freePort(() => udp({ host })) }),
      nobody: undefined,
      turn,
      close,
    }),
    { describe, test },
  );

  transportContract(
    `tcp on ${host}`,
    async (): Promise<TransportWorld> => ({
      left: tcp({ host }),
      right: tcp({ host }),
      nobody: { host, port: await freePort(() => tcp({ host })) },
      turn,
      close,
    }),
    { describe, test },
  );

  transportContract(
    `tcp that only opens connections, on ${host}`,
    async (): Promise<TransportWorld> => ({
      left: tcp({ host, accept: false }),
      right: tcp({ host }),
      nobody: { host, port: await freePort(() => tcp({ host })) },
      turn,
      close,
    }),
    { describe, test },
  );

  if (authority !== undefined) {
    const { ca } = authority;
    const certificate = checkedCertificate(authority.issue({ san: `IP:${host}` }));
    transportContract(
      `tls on ${host}`,
      async (): Promise<TransportWorld> => ({
        left: tls({ host, ca, certificate }),
        right: tls({ host, ca, certificate }),
        nobody: { host, port: await freePort(() => tcp({ host })) },
        turn,
        close,
      }),
      { describe, test },
    );

    transportContract(
      `WebSocket over TLS on ${host}`,
      async (): Promise<TransportWorld> => {
        const port = await freePort(() => tcp({ host }));
        return {
          left: webSocketClient({ url: `wss://${inBrackets(host)}:${port}/`, ca }),
          right: webSocketServer({ host, port, certificate }),
          nobody: undefined,
          turn,
          close,
        };
      },
      { describe, test },
    );
  }

  transportContract(
    `WebSocket on ${host}`,
    async (): Promise<TransportWorld> => {
      const port = await freePort(() => tcp({ host }));
      return {
        left: webSocketClient({ url: `ws://${inBrackets(host)}:${port}/` }),
        right: webSocketServer({ host, port }),
        nobody: undefined,
        turn,
        close,
      };
    },
    { describe, test },
  );
}
