// Starts the database worker and waits until its file is open.
import { Worker } from 'node:worker_threads';
import type { Logger } from '@offhook/sip';
import { StorageError } from './errors.ts';
import type { FromWorker, WorkerSetup } from './messages.ts';

/** A worker with an open file; rejects with a StorageError when there can be none. What a person should know of it is logged. */
export function openWorker(setup: WorkerSetup, log: Logger): Promise<Worker> {
  const worker = startWorker(setup);
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void =>
      reject(new StorageError('STORAGE_IO', 'The database worker did not start', { cause }));
    const ended = (): void => failed(undefined);
    worker.once('error', failed);
    worker.once('exit', ended);
    worker.once('message', (message: FromWorker) => {
      worker.off('error', failed);
      worker.off('exit', ended);
      if (message.kind === 'failed')
        return reject(new StorageError(message.error.code, message.error.text));
      if (message.kind === 'open') for (const warning of message.warnings) log.error(warning);
      resolve(worker);
    });
  });
}

function startWorker(setup: WorkerSetup): Worker {
  // The sources run as they are while developing; a package holds what the compiler made of them.
  const fromSource = import.meta.url.endsWith('.ts');
  return new Worker(new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url), {
    workerData: setup,
    execArgv: fromSource ? ['--conditions=offhook-source'] : [],
    name: 'offhook-storage',
  });
}
