// A bad line between two that each know one end of it.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { until } from '../../node/until.test-kit.ts';
import { impairedPair } from './index.ts';

async function socket(): Promise<{ readonly socket: Socket; readonly port: number }> {
  const made = createSocket('udp4');
  made.bind(0, '127.0.0.1');
  await once(made, 'listening');
  return { socket: made, port: made.address().port };
}

test('each hears the other from the end that it sends to, and the seed decides what is lost', async () => {
  const [client, target] = await Promise.all([socket(), socket()]);
  const pair = await impairedPair({ seed: 3, toClient: { loss: 0.5 } });
  pair.client = { host: '127.0.0.1', port: client.port };
  pair.target = { host: '127.0.0.1', port: target.port };
  const arrived = once(target.socket, 'message');
  client.socket.send('to the target', pair.near.port, pair.near.host);
  const [bytes, from] = (await arrived) as [Buffer, { readonly port: number }];
  expect(bytes.toString()).toBe('to the target');
  expect(from.port).toBe(pair.far.port);

  const heard: number[] = [];
  client.socket.on('message', (_, { port }) => heard.push(port));
  for (let index = 0; index < 40; index += 1)
    target.socket.send(`${index}`, pair.far.port, pair.far.host);
  await until(() => pair.counts.passed + pair.counts.lost === 41);
  await until(() => heard.length === pair.counts.passed - 1);
  expect(new Set(heard)).toEqual(new Set([pair.near.port]));
  expect(pair.counts.lost).toBeGreaterThan(5);
  expect(pair.counts.lost).toBeLessThan(35);
  await pair.close();
  client.socket.close();
  target.socket.close();
});
