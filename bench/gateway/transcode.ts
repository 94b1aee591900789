// Packets of one codec made into packets of another for some seconds, without sockets; prints the CPU time of each as JSON.
// Usage: node transcode.ts FROM TO SECONDS
import process from 'node:process';
import { RtpView } from '@offhook/sip/rtp';
import type { LineFormat } from '../../packages/offhook/src/media/transcode/format.ts';
import { built } from '../sut/built.ts';

const [from = '', to = '', seconds = '1.5'] = process.argv.slice(2);
const { openTranscoder } = await built<
  typeof import('../../packages/offhook/src/media/transcode/transcoder.ts')
>('media/transcode/transcoder');
const { openPlayer } =
  await built<typeof import('../../packages/offhook/src/media/transcode/player.ts')>(
    'media/transcode/player',
  );
const { music } =
  await built<typeof import('../../packages/offhook/src/media/audio/music.ts')>(
    'media/audio/music',
  );
const { PacketRing } =
  await built<typeof import('../../packages/offhook/src/media/packet-ring.ts')>(
    'media/packet-ring',
  );
const formats: Readonly<Record<string, LineFormat>> = {
  PCMU: { payloadType: 0, name: 'PCMU', clockRate: 8000 },
  G722: { payloadType: 9, name: 'G722', clockRate: 8000 },
  opus: { payloadType: 111, name: 'opus', clockRate: 48_000 },
};
const format = (name: string): readonly LineFormat[] => {
  const found = formats[name];
  if (found === undefined) throw new TypeError(`There is no codec ${name}`);
  return [found];
};
const numbers = { ptime: 20, ssrc: 1, sequence: 1, timestamp: 1, ring: new PacketRing(16) };

/** Ten seconds of sound as the other side would send them. */
const said: Uint8Array[] = [];
const player = await openPlayer({
  ...{ ...numbers, to: format(from) },
  send: (packet, length) => said.push(packet.slice(0, length)),
});
const sound = music();
for (let tick = 0; tick < 500; tick += 1) player.play(sound);

let sent = 0;
const transcoder = await openTranscoder({
  ...{ ...numbers, from: format(from), to: format(to) },
  send: () => (sent += 1),
});
const view = new RtpView();
let now = 0;
const pass = (): void => {
  for (const packet of said) {
    view.read(packet);
    now += 20;
    transcoder.take(view, packet, packet === said[0] ? 'restart' : 'next', now);
  }
};
pass();
if (sent < said.length - 1) throw new Error(`Only ${sent} packets came out`);
const until = performance.now() + Number(seconds) * 1000;
const before = process.cpuUsage();
sent = 0;
while (performance.now() < until) pass();
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpu: (user + system) / sent, done: sent })}\n`);
