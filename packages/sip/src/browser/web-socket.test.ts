// The WebSocket of a page against the contract of transports; Node.js 22 has the same WebSocket as pages.
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { webSocketServer } from '../node/index.ts';
import { transportContract } from '../testing/contract/transport.ts';
import { webSocket } from './web-socket.ts';

if (Reflect.has(globalThis, 'WebSocket')) {
  for (const host of ['127.0.0.1', '::1']) {
    transportContract(
      `webSocket to ${host}`,
      async () => {
        const port = await freePort(host);
        return {
          left: webSocket(`ws://${host.includes(':') ? `[${host}]` : host}:${port}/`),
          right: webSocketServer({ host, port }),
          nobody: undefined,
          turn: () => new Promise((resolve) => setImmediate(resolve)),
          close: () => Promise.resolve(),
        };
      },
      { describe, test },
    );
  }
}

test('webSocket takes ws: and wss: only', () => {
  expect(() => webSocket('http://127.0.0.1/')).toThrow(TypeError);
  expect(webSocket('wss://127.0.0.1/').protocol).toBe('WSS');
});

async function freePort(host: string): Promise<number> {
  const server = createServer();
  await once(server.listen(0, host), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
