// The worker of the viewer: it reads captures beside the page, so that the page stays awake.
import { systemClock } from '@offhook/sip';
import type { Answer, Ask } from '../model/trace/ask.ts';
import { TraceReader } from '../model/trace/reader.ts';
import { bytesOf } from './browser/capture-files.ts';

const reader = new TraceReader({
  clock: systemClock,
  bytesOf,
  answer: (answer: Answer) => postMessage(answer),
});

addEventListener('message', (event: MessageEvent<Ask>) => reader.take(event.data));
