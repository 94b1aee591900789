// The bad lines of the guided call, over real sockets: what spoils the media spoils its reports too.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { ArticleLines } from './lines.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const host = '127.0.0.1';

async function bound(): Promise<{ readonly socket: Socket; readonly port: number }> {
  const socket = createSocket('udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  closing.push(() => void socket.close());
  return { socket, port: socket.address().port };
}

test('RTCP has a line of its own beside that of RTP: both are spoiled together, cut together, and closed together', async () => {
  const server = await bound();
  const lines = await ArticleLines.open({ host, port: server.port });
  closing.push(() => lines.close());
  const line = await lines.forMedia(host);
  const alice = { rtp: await bound(), rtcp: await bound() };
  const heard: string[] = [];
  for (const kind of ['rtp', 'rtcp'] as const) {
    line[kind].client = { host, port: alice[kind].port };
    alice[kind].socket.on('message', (bytes) => heard.push(`${kind} ${bytes.toString()}`));
  }
  const bob = await bound();
  const send = (text: string): void => {
    for (const kind of ['rtp', 'rtcp'] as const)
      bob.socket.send(text, line[kind].far.port, line[kind].far.host);
  };
  const lost = (): number => line.rtp.counts.lost + line.rtcp.counts.lost;
  send('fair');
  await vi.waitFor(() => expect(heard.toSorted()).toEqual(['rtcp fair', 'rtp fair']), 20_000);
  lines.change({ mediaLoss: 1 });
  send('bad');
  await vi.waitFor(() => expect(lost()).toBe(2), 20_000);
  lines.change({ mediaLoss: 0 });
  lines.stall();
  send('cut');
  await vi.waitFor(() => expect(lost()).toBe(4), 20_000);
  lines.resume();
  send('again');
  await vi.waitFor(() => expect(heard).toHaveLength(4), 20_000);
  expect(heard.slice(2).toSorted()).toEqual(['rtcp again', 'rtp again']);
  await lines.closeMedia(line);
});
