// What happens now as server-sent events: bounded for each viewer, who is told what he was too slow for.
import type { Clock, Timer } from '@offhook/sip';
import { viewerBacklog } from '../trace/limits.ts';
import type { TraceGap } from '../trace/messages.ts';
import type { Sink } from '../trace/traces.ts';

/** What a stream is made of. */
export interface EventStreamOptions {
  readonly clock: Clock;
  /** Begins to give lines; undefined when there are too many viewers. */
  readonly watch: (sink: Sink) => (() => void) | undefined;
  /** Whether the viewer may go on. */
  readonly isAllowed: () => Promise<boolean>;
}

/** How often a silent stream says that it is there, and asks whether it may go on, in milliseconds. */
const beat = 15_000;

/**
 * Events: `ready` first, one without name for each tap line, `gap` with how many were lost where the viewer did not read in time, and
 * `untraced` when not all is kept and when it is again.
 * Undefined when there are too many viewers.
 */
export function eventStream(options: EventStreamOptions): ReadableStream<Uint8Array> | undefined {
  const viewer = new EventViewer(options);
  const stop = options.watch({
    lines: (lines) => viewer.take(lines),
    gap: (gap) => viewer.tell(gap),
    end: () => viewer.end(),
  });
  if (stop === undefined) return undefined;
  return viewer.begin(stop);
}

class EventViewer {
  readonly #options: EventStreamOptions;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #stop: (() => void) | undefined;
  #timer: Timer | undefined;
  #lost = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** The stream; `stop` ends what is given to it. */
  begin(stop: () => void): ReadableStream<Uint8Array> {
    this.#stop = stop;
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          this.#send('event: ready\ndata: {}\n\n');
          this.#beat();
        },
        cancel: () => this.#end(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: viewerBacklog }),
    );
  }

  /** There will be no more. */
  end(): void {
    const controller = this.#controller;
    this.#end();
    controller?.close();
  }

  /** Not all is kept, or again it is. */
  tell(gap: TraceGap): void {
    this.#send(`event: untraced\ndata: ${JSON.stringify(gap)}\n\n`);
  }

  /** Lines for the viewer. */
  take(lines: string): void {
    const controller = this.#controller;
    if (controller === undefined) return;
    // Whoever has read everything gets the next piece, however large it is.
    const room = controller.desiredSize ?? 0;
    if (room < lines.length && room < viewerBacklog) {
      this.#lost += lines.split('\n').length;
      return;
    }
    const gap = this.#lost === 0 ? '' : `event: gap\ndata: {"lost":${this.#lost}}\n\n`;
    this.#lost = 0;
    // A tap line is ASCII without line ends, so that none can pose as another event.
    this.#send(`${gap}data: ${lines.replaceAll('\n', '\n\ndata: ')}\n\n`);
  }

  #send(text: string): void {
    this.#controller?.enqueue(Buffer.from(text, 'latin1'));
  }

  #beat(): void {
    this.#timer = this.#options.clock.after(beat, () => {
      void this.#goOn();
    });
  }

  async #goOn(): Promise<void> {
    // Whoever cannot be asked for now may ask again.
    const isAllowed = await this.#options.isAllowed().catch(() => false);
    if (this.#controller === undefined) return;
    if (!isAllowed) return this.end();
    if ((this.#controller.desiredSize ?? 0) > 0) this.#send(': \n\n');
    this.#beat();
  }

  #end(): void {
    this.#controller = undefined;
    this.#timer?.cancel();
    this.#stop?.();
  }
}
