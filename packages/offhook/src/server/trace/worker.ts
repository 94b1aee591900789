// The thread that keeps traces: whatever its disk does, no call waits for it.
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@offhook/sip';
// The codecs of Node.js, several times as quick as the portable ones.
import '@offhook/sip/node';
import type { Observation } from '@offhook/sip';
import { ownDomains } from '../location/aor.ts';
import { toldError } from '../storage/engine.ts';
import { hepSender, listenForHep } from './hep.ts';
import { Keeper } from './keeper.ts';
import type { FromTracer, ToTracer, TraceSetup } from './messages.ts';
import { openTraceFile, setAside } from './open.ts';

const tickMilliseconds = 250;

function main({ path, limits, domain, aliases, hep }: TraceSetup): void {
  const port = parentPort;
  if (port === null) return;
  const tell = (message: FromTracer): void => port.postMessage(message);
  let keeper: Keeper;
  const collector = hep?.collector === undefined ? undefined : hepSender(hep.collector);
  try {
    const { engine, warnings } = openTraceFile(path);
    const domainOf = ownDomains([{ domain, aliases }]);
    keeper = new Keeper({
      ...{ engine, limits, domainOf, clock: systemClock, tell },
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
        keeper.observe(observationsOf(message.json));
        tell({ kind: 'taken', characters: message.json.length });
        break;
      case 'devices':
        keeper.note(message.events);
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

// Made by the main thread of this very process, from the values of its own tap.
function observationsOf(json: string): readonly Observation[] {
  return JSON.parse(json) as readonly Observation[];
}

main(workerData as TraceSetup);
