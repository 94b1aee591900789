// What the worker does: it reads captures and lines of the tap into books of calls, piece by piece, and answers what the page asks.
import { AudioCollector, CaptureReader, parseTapLine, TraceBook } from '@offhook/sip/trace';
import type { CallSummary, Captured, CapturedDatagram, StreamDocument } from '@offhook/sip/trace';
import type { Clock, Timer } from '@offhook/sip';
import type { Answer, Ask, CaptureFile, Progress, ToldCall } from './ask.ts';
import { holdsMedia, savedFiles } from './save.ts';

/** A piece of a capture, unpacked. */
export interface CapturePiece {
  readonly bytes: Uint8Array;
  /** Octets of the file that were read until its end, as stored. */
  readonly read: number;
}

/** What the reader needs. */
export interface ReaderOptions {
  readonly clock: Clock;
  /** The bytes of a capture, in pieces; may throw in the middle of a damaged file. */
  readonly bytesOf: (file: CaptureFile) => AsyncIterable<CapturePiece>;
  readonly answer: (answer: Answer) => void;
}

/** How often the page hears of new calls, in milliseconds; and how many times longer than the telling took is waited. */
const period = 250;
const restFactor = 6;

/** Reads, and answers. */
export class TraceReader {
  readonly #options: ReaderOptions;
  readonly #books = new Map<number, OpenBook>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Takes a question; the answers come when they are there. */
  take(ask: Ask): void {
    switch (ask.is) {
      case 'read':
        void this.#read(ask.source, ask.file);
        break;
      case 'begin':
        this.#books.set(ask.source, this.#open(ask.source, ask.calls));
        break;
      case 'lines':
        this.#books.get(ask.source)?.lines(ask.lines);
        break;
      case 'document': {
        const told = this.#books.get(ask.source)?.toldCall(ask.call);
        this.#options.answer({ is: 'document', ask: ask.ask, told });
        break;
      }
      case 'save':
        void this.#save(ask);
        break;
      case 'listen':
        void this.#listen(ask);
        break;
      case 'forget':
        this.#books.get(ask.source)?.close();
        this.#books.delete(ask.source);
        break;
    }
  }

  #open(source: number, calls?: number): OpenBook {
    return new OpenBook(source, calls, this.#options);
  }

  async #save({ source, ask, ...wish }: Extract<Ask, { is: 'save' }>): Promise<void> {
    const { streams } = wish.told.document;
    const media: CapturedDatagram[] = [];
    if (holdsMedia(wish) && streams.length > 0)
      await this.#again(source, (datagram) => {
        if (streams.some((stream) => isOn(stream, datagram)))
          media.push({ ...datagram, bytes: datagram.bytes.slice() });
      });
    this.#options.answer({ is: 'saved', ask, files: savedFiles(wish, media) });
  }

  async #listen({ source, ask, stream }: Extract<Ask, { is: 'listen' }>): Promise<void> {
    const collector = new AudioCollector(stream);
    await this.#again(source, (datagram) => collector.add(datagram));
    this.#options.answer({ is: 'audio', ask, audio: collector.end() });
  }

  /** Reads the capture of a source once more, for the media that is in it. */
  async #again(source: number, hear: (datagram: CapturedDatagram) => void): Promise<void> {
    const open = this.#books.get(source);
    if (open?.file === undefined) return;
    const reader = new CaptureReader({ name: open.file.name });
    const take = (items: readonly Captured[]): void => {
      for (const item of items) if (item.kind === 'datagram') hear(item);
    };
    try {
      for await (const { bytes } of this.#options.bytesOf(open.file)) {
        if (open.isClosed) return;
        take(reader.push(bytes));
      }
    } catch {
      // A damaged capture ends here as it did the first time.
    }
    take(reader.end());
  }

  async #read(source: number, file: CaptureFile): Promise<void> {
    const { bytesOf, answer } = this.#options;
    const open = this.#open(source);
    open.file = file;
    this.#books.set(source, open);
    const reader = new CaptureReader({ name: file.name });
    let read = 0;
    const progress = (): Progress => ({
      ...{ read, size: file.size, frames: reader.frames, format: reader.format },
    });
    let fault: string | undefined;
    try {
      for await (const piece of bytesOf(file)) {
        if (open.isClosed) return;
        for (const item of reader.push(piece.bytes)) open.book.add(item);
        read = piece.read;
        if (open.tellNowAndThen()) answer({ is: 'progress', source, progress: progress() });
      }
    } catch (error) {
      // What came until then is shown all the same.
      fault = error instanceof Error ? error.message : String(error);
    }
    if (open.isClosed) return;
    for (const item of reader.end()) open.book.add(item);
    open.tell();
    answer({ is: 'done', source, progress: progress(), fault });
  }
}

/** A book, with what the page knows of it. */
class OpenBook {
  readonly book: TraceBook;
  isClosed = false;
  /** Where it was read from; undefined for a book that lines go into. */
  file: CaptureFile | undefined;
  readonly #source: number;
  readonly #options: ReaderOptions;
  /** What the page was told of each call, in short. */
  #told = new Map<string, string>();
  #restUntil = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(source: number, calls: number | undefined, options: ReaderOptions) {
    this.book = new TraceBook(calls === undefined ? {} : { calls });
    this.#source = source;
    this.#options = options;
  }

  /** Takes lines of the tap; those that are none are left out. */
  lines(lines: readonly string[]): void {
    for (const line of lines) {
      const parsed = parseTapLine(line);
      if (parsed.ok) this.book.observe(parsed.value);
    }
    const { clock } = this.#options;
    this.#timer ??= clock.after(Math.max(0, this.#restUntil - clock.now()), () => {
      this.#timer = undefined;
      this.tell();
    });
  }

  toldCall(call: string): ToldCall | undefined {
    const document = this.book.document(call);
    const explanation = this.book.explanation(call);
    return document && explanation && { document, explanation };
  }

  /** Tells of changes unless that was done a moment ago; true when it was done now. */
  tellNowAndThen(): boolean {
    if (this.#options.clock.now() < this.#restUntil) return false;
    this.tell();
    return true;
  }

  /** Tells of the calls that are new, changed or gone. */
  tell(): void {
    const { clock, answer } = this.#options;
    const begun = clock.now();
    const told = new Map<string, string>();
    const changed: CallSummary[] = [];
    for (const call of this.book.calls) {
      const mark = markOf(call);
      told.set(call.id, mark);
      if (this.#told.get(call.id) !== mark) changed.push(call);
    }
    const gone = [...this.#told.keys()].filter((id) => !told.has(id));
    this.#told = told;
    if (changed.length > 0 || gone.length > 0)
      answer({ is: 'calls', source: this.#source, changed, gone });
    const took = clock.now() - begun;
    this.#restUntil = clock.now() + Math.max(period, restFactor * took);
  }

  close(): void {
    this.isClosed = true;
    this.#timer?.cancel();
  }
}

function isOn({ source, destination }: StreamDocument, of: CapturedDatagram): boolean {
  return (
    source.port === of.source.port &&
    destination.port === of.destination.port &&
    source.host === of.source.host &&
    destination.host === of.destination.host
  );
}

// What a list shows of a call, in short: the same text, the same line.
function markOf(call: CallSummary): string {
  const { messages, resent, packets, lostPackets, endedAt, over, status, faults, outcome } = call;
  return JSON.stringify([
    ...[messages, resent, packets, lostPackets, endedAt, over, status, faults, outcome],
    ...[call.happened, call.legs.length],
  ]);
}
