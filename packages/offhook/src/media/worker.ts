// The media thread: it owns the sockets of many streams and their common beat of 20 ms.
import { setTimeout } from 'node:timers';
import { parentPort } from 'node:worker_threads';
import { monotonicNow, randomFraction } from './machine-time.ts';
import { Pacer } from './pacing.ts';
import { PacketRing } from './packet-ring.ts';
import { PortTurn } from './port-pair.ts';
import type { PortRange } from './port-pair.ts';
import { ServedStream } from './served-stream.ts';
import type { Reply } from './served-stream.ts';
import { recordError } from './worker-messages.ts';
import type { FromWorker, Request, StreamEvent } from './worker-messages.ts';

const frameMilliseconds = 20;
/** After a stall at most 100 ms are sent in one go. */
const mostAtOnce = 5;

const streams = new Map<number, ServedStream>();
const turns = new Map<string, PortTurn>();
const ring = new PacketRing(256);
const pacer = new Pacer(frameMilliseconds, mostAtOnce);
let beating = false;

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
      turn: turnOf(command.host, command.ports),
      ring,
      delay: command.delay,
      tell: (event) => tellOf(id, event),
    });
    streams.set(id, stream);
    startBeating();
    return stream.local;
  }
  const stream = streams.get(id);
  if (command.verb === 'close') streams.delete(id);
  if (stream === undefined) throw new Error('There is no such media stream');
  return stream.perform(command);
}

function turnOf(host: string, ports: PortRange): PortTurn {
  const key = `${host} ${ports.first} ${ports.last}`;
  const turn = turns.get(key) ?? new PortTurn(ports, randomFraction());
  turns.set(key, turn);
  return turn;
}

function startBeating(): void {
  if (beating) return;
  beating = true;
  pacer.start(monotonicNow());
  beat();
}

function beat(): void {
  const now = monotonicNow();
  const ticks = pacer.take(now);
  if (ticks > 0) for (const stream of streams.values()) stream.beat(ticks, pacer.skipped, now);
  beating = streams.size > 0;
  if (beating) setTimeout(beat, Math.ceil(pacer.delay(monotonicNow())));
}

function tellOf(stream: number, event: StreamEvent): void {
  if (event.name === 'broken') streams.delete(stream);
  tell({ kind: 'event', stream, event });
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}
