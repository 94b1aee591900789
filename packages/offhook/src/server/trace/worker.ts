// The thread that keeps traces: whatever its disk does, no call waits for it.
import { statfsSync } from 'node:fs';
import { platform, setPriority } from 'node:os';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@offhook/sip';
// The codecs of Node.js, several times as quick as the portable ones.
import '@offhook/sip/node';
import { ownDomains } from '../location/aor.ts';
import { toldError } from '../storage/engine.ts';
import { StorageError } from '../storage/errors.ts';
import { hepSender, listenForHep } from './hep.ts';
import { Keeper, noRoom } from './keeper.ts';
import { diskReserve } from './limits.ts';
import type { FromTracer, ToTracer, TraceSetup } from './messages.ts';
import { openTraceFile, setAside } from './open.ts';

const tickMilliseconds = 250;

/** Where calls and traces want the same core, calls have it. Linux alone gives threads a priority of their own. */
const niceness = 10;

function main({ path, limits, domain, aliases, hep }: TraceSetup): void {
  const port = parentPort;
  if (port === null) return;
  if (platform() === 'linux') setPriority(0, niceness);
  const tell = (message: FromTracer): void => port.postMessage(message);
  let keeper: Keeper;
  const free = freeOn(path);
  const collector = hep?.collector === undefined ? undefined : hepSender(hep.collector);
  try {
    if (free() < diskReserve) throw new StorageError(noRoom.code, noRoom.text);
    const { engine, warnings } = openTraceFile(path);
    const domainOf = ownDomains([{ domain, aliases }]);
    keeper = new Keeper({
      ...{ engine, limits, domainOf, clock: systemClock, free, tell },
      tellOn: collector?.send,
    });
    tell({ kind: 'open', warnings });
  } catch (error) {
    tell({ kind: 'failed', ...toldError(error) });
    port.close();
    return;
  }
  let isOpen = true;
  // The thread ends by what it cannot mend, and the next one begins with what is left: a new file where this one is damaged.
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      isOpen = false;
      if (toldError(error).code === 'STORAGE_CORRUPT') setAside(path);
      throw error;
    }
  };
  const tick = (): void => {
    if (!isOpen) return;
    guarded(() => keeper.tick());
    systemClock.after(tickMilliseconds, tick);
  };
  tick();
  const deaf =
    hep?.listen === undefined
      ? undefined
      : listenForHep({
          at: hep.listen,
          clock: systemClock,
          take: (message) => guarded(() => keeper.observe([message], 'agent')),
          warn: (text) => tell({ kind: 'warning', text }),
        });

  const told = (message: ToTracer): void => {
    switch (message.kind) {
      case 'observed':
        keeper.take(message.lines);
        tell({ kind: 'taken', characters: message.lines.length });
        break;
      case 'devices':
        keeper.note(message.events);
        break;
      case 'gap':
        keeper.keepGap(message.gap);
        break;
      case 'ask':
        try {
          tell({ kind: 'answer', id: message.id, answer: keeper.ask(message.question) });
        } catch (error) {
          const { code, text } = toldError(error);
          tell({ kind: 'no-answer', id: message.id, text });
          if (code === 'STORAGE_CORRUPT') throw error;
        }
        break;
      case 'watch':
        keeper.watch(message.id, message.wish);
        break;
      case 'unwatch':
        keeper.unwatch(message.id);
        break;
      case 'close':
        isOpen = false;
        deaf?.();
        keeper.close();
        collector?.close();
        tell({ kind: 'closed' });
        port.close();
        break;
    }
  };
  port.on('message', (message: ToTracer) => guarded(() => told(message)));
}

/** Octets that are free for us on the disk of `path`, asked for once a second at most. */
function freeOn(path: string): () => number {
  let known = 0;
  let until = Number.NEGATIVE_INFINITY;
  return () => {
    const now = systemClock.now();
    if (now < until) return known;
    const { bavail, bsize } = statfsSync(dirname(path));
    known = bavail * bsize;
    until = now + 1_000;
    return known;
  };
}

main(workerData as TraceSetup);
