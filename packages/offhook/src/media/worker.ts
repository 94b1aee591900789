// The media thread: it owns the sockets of many streams and their common beat of 20 ms.
import { parentPort } from 'node:worker_threads';
import { Heartbeat } from './heartbeat.ts';
import { randomFraction } from './machine-time.ts';
import { PacketRing } from './packet-ring.ts';
import { PortTurns } from './port-pair.ts';
import { ServedStream } from './served-stream.ts';
import type { Reply } from './served-stream.ts';
import { recordError } from './worker-messages.ts';
import type { FromWorker, Request, StreamEvent } from './worker-messages.ts';

/** After a stall at most 100 ms are sent in one go. */
const mostAtOnce = 5;

const streams = new Map<number, ServedStream>();
const turns = new PortTurns();
const ring = new PacketRing(256);
const heart = new Heartbeat(mostAtOnce, (ticks, skipped, now) => {
  if (ticks > 0) for (const stream of streams.values()) stream.beat(ticks, skipped, now);
  return streams.size > 0;
});

parentPort?.on('message', (request: Request) => {
  perform(request).then(
    (value) => tell({ kind: 'done', request: request.request, value }),
    (error: unknown) =>
      tell({ kind: 'failed', request: request.request, error: recordError(error) }),
  );
});

async function perform({ stream: id, command }: Request): Promise<Reply> {
  if (command.verb === 'open') {
    const stream = await ServedStream.open({
      host: command.host,
      turn: turns.of(command.host, command.ports, randomFraction),
      ring,
      delay: command.delay,
      tell: (event) => tellOf(id, event),
    });
    streams.set(id, stream);
    heart.start();
    return stream.local;
  }
  const stream = streams.get(id);
  if (command.verb === 'close') streams.delete(id);
  if (stream === undefined) throw new Error('There is no such media stream');
  return stream.perform(command);
}

function tellOf(stream: number, event: StreamEvent): void {
  if (event.name === 'broken') streams.delete(stream);
  tell({ kind: 'event', stream, event });
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}
