// The database worker: the one thread that touches the file, so that no lock and no slow disk ever stops the main thread.
import { parentPort, workerData } from 'node:worker_threads';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { Engine, toldError } from './engine.ts';
import { Unflattener } from './flat-writes.ts';
import type {
  FlatWrites,
  FromWorker,
  Read,
  ReadOutcome,
  ToWorker,
  WorkerSetup,
  WriteOutcome,
} from './messages.ts';
import { keepBackup, openFile } from './open.ts';

// Waits between tries while another process holds the lock: nine quick ones, then 20 ms each, less than 500 ms in all.
const waits = [1, 2, 3, 5, 5, 5, 10, 10, 10, ...Array.from({ length: 20 }, () => 20)];

async function main(setup: WorkerSetup): Promise<void> {
  const port = parentPort;
  if (port === null) return;
  const tell = (message: FromWorker): void => port.postMessage(message);
  let database: DatabaseSync;
  let lock: DatabaseSync | undefined;
  try {
    const opened = await openFile(setup);
    ({ database, lock } = opened);
    tell({ kind: 'open', warnings: opened.warnings });
  } catch (error) {
    tell({ kind: 'failed', error: toldError(error) });
    port.close();
    return;
  }
  const backUp = (): void => {
    const trouble = setup.repair ? keepBackup(database, setup.path) : undefined;
    if (trouble !== undefined) tell({ kind: 'warning', text: trouble });
  };
  backUp();
  const engine = new Engine(database);
  let last: Promise<void> = Promise.resolve();

  const unflattener = new Unflattener();
  const batch = async (id: number, flat: FlatWrites): Promise<void> => {
    const writes = unflattener.unflatten(flat);
    let outcomes: readonly WriteOutcome[] | undefined;
    for (const wait of [...waits, undefined]) {
      outcomes = engine.commit(writes, wait === undefined);
      if (outcomes !== undefined || wait === undefined) break;
      await delay(wait);
    }
    const changes = changesOf(outcomes ?? []);
    if (changes === undefined) tell({ kind: 'outcomes', id, outcomes: outcomes ?? [] });
    else tell({ kind: 'stored', id, changes });
  };

  port.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'reads':
        // Reads need no lock in WAL mode and do not wait for a write that does.
        tell({ kind: 'read', outcomes: message.reads.map((read) => outcomeOf(engine, read)) });
        break;
      case 'batch':
        last = last.then(() => batch(message.id, message.writes));
        break;
      case 'backup':
        last = last.then(backUp);
        break;
      case 'close':
        void last.then(() => {
          backUp();
          engine.close();
          lock?.close();
          tell({ kind: 'closed' });
          port.close();
        });
        break;
    }
  });
}

function outcomeOf(engine: Engine, { id, statement }: Read): ReadOutcome {
  try {
    return { id, rows: engine.read(statement) };
  } catch (error) {
    return { id, error: toldError(error) };
  }
}

/** How many rows each statement changed; undefined when a write failed. */
function changesOf(outcomes: readonly WriteOutcome[]): readonly number[] | undefined {
  const changes: number[] = [];
  for (const outcome of outcomes) {
    if (!outcome.ok) return undefined;
    changes.push(...outcome.changes);
  }
  return changes;
}

await main(workerData as WorkerSetup);
