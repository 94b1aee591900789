// Calls joined by the embedded engine, for the load of media. Usage: node bridges.ts PORT COUNT plain|encrypted MAP; it listens on PORT when all are joined.
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { joinCalls } from '../gateway/calls.ts';
import { built } from './built.ts';

const [port, count = '1', way = 'plain', map = ''] = process.argv.slice(2);
const { embeddedBridge } =
  await built<typeof import('../../packages/offhook/src/media/embedded/engine.ts')>(
    'media/embedded/engine',
  );
const engine = embeddedBridge({ threads: 1, portRange: { first: 20_000, last: 32_000 } });
// A first call starts the thread and compiles what all need; the others show what one more costs.
await joinCalls(engine, { count: 1, first: 2200, way: 'plain' });
const before = process.memoryUsage.rss();
const started = performance.now();
const lines = await joinCalls(engine, {
  count: Number(count),
  first: 0,
  way: way === 'encrypted' ? 'encrypted' : 'plain',
});
const setUpMilliseconds = (performance.now() - started) / Number(count);
const kilobytesPerCall = (process.memoryUsage.rss() - before) / 1024 / Number(count);
writeFileSync(map, lines);
process.stdout.write(`${JSON.stringify({ setUpMilliseconds, kilobytesPerCall })}\n`);
createSocket('udp4').bind(Number(port), '127.0.0.1');
