// The worker that reads captures, as the page talks to it.
import type { Answer, ReaderPort } from '../../model/trace/ask.ts';
import { trustedScript } from './worker.ts';

/** Starts the worker. */
export function startReader(): ReaderPort {
  const worker = new Worker(trustedScript(new URL('trace-worker.js', document.baseURI)), {
    type: 'module',
    name: 'offhook-trace',
  });
  return {
    send: (ask) => worker.postMessage(ask),
    onAnswer: (listener) => {
      const heard = (event: MessageEvent<Answer>): void => listener(event.data);
      worker.addEventListener('message', heard);
      return () => worker.removeEventListener('message', heard);
    },
  };
}
