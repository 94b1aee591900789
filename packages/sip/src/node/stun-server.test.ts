// The STUN server on real sockets, by IPv4 and IPv6, and against who asks too much or something else.
import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { bindingRequest, readBinding } from '../stun/binding.ts';
import { formatStun } from '../stun/message.ts';
import { stunServer } from './stun-server.ts';

const transaction = Uint8Array.from({ length: 12 }, (_, at) => at);

test.each(['127.0.0.1', '::1'])(
  'RFC 8489 §2: who asks from %s is told its own address and port, with a fingerprint where it has one',
  async (host) => {
    const server = await stunServer({ host, port: 0 });
    const request = bindingRequest(transaction);
    const { port, answer } = await ask(request, server.local);
    const read = readBinding(answer);
    expect(read?.kind === 'mapped' && read.address.port).toBe(port);
    expect(read?.kind === 'mapped' && read.address.host).toBe(
      host === '::1' ? '0:0:0:0:0:0:0:1' : host,
    );
    expect(answer.length - request.length).toBe(host === '::1' ? 24 : 12);
    const bare = formatStun({
      class: 'request',
      method: 1,
      transaction,
      attributes: [],
      fingerprint: false,
    });
    expect((await ask(bare, server.local)).answer.length - bare.length).toBe(
      host === '::1' ? 24 : 12,
    );
    await server.close();
  },
);

test('what is no request, and who may not be answered, gets nothing', async () => {
  const refused = new Set<number>();
  let left = 2;
  const server = await stunServer({
    host: '127.0.0.1',
    port: 0,
    mayAnswer: () => (left -= 1) >= 0,
  });
  const request = bindingRequest(transaction);
  await ask(request, server.local);
  // Datagrams of one socket to another of this machine keep their order.
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => refused.add(bytes.length));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  socket.send('OPTIONS sip:x SIP/2.0\r\n\r\n', server.local.port, '127.0.0.1');
  for (let round = 0; round < 3; round += 1) socket.send(request, server.local.port, '127.0.0.1');
  await expect.poll(() => server.counters).toEqual({ answered: 1, dropped: 4 });
  expect(refused.size).toBe(0);
  socket.close();
  await server.close();
});

test('a port that is in use is told as such', async () => {
  const server = await stunServer({ host: '127.0.0.1', port: 0 });
  await expect(stunServer({ host: '127.0.0.1', port: server.local.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await server.close();
});

async function ask(
  request: Uint8Array,
  to: { readonly host: string; readonly port: number },
): Promise<{ readonly port: number; readonly answer: Uint8Array }> {
  const socket = createSocket(to.host.includes(':') ? 'udp6' : 'udp4');
  const answer = new Promise<Uint8Array>((resolve) => socket.once('message', resolve));
  socket.send(request, to.port, to.host);
  const bytes = await answer;
  const { port } = socket.address();
  socket.close();
  return { port, answer: bytes };
}
