// What the worker does: it reads captures and lines of the tap into books of calls, piece by piece, and answers what the page asks.
import { AudioCollector, parseTapLine, TraceBook } from '@offhook/sip/trace';
import type { CallSummary, Captured, CapturedDatagram, StreamDocument } from '@offhook/sip/trace';
import type { Clock, Timer } from '@offhook/sip';
import type { Answer, Ask, CaptureFile, ToldCall } from './ask.ts';
import { FileWalk } from './file-walk.ts';
import type { BytesOf } from './file-walk.ts';
import { holdsMedia, savedFiles } from './save.ts';

/** What the reader needs. */
export interface ReaderOptions {
  readonly clock: Clock;
  readonly bytesOf: BytesOf;
  readonly answer: (answer: Answer) => void;
}

/** How often the page hears of new calls, in milliseconds; and how many times longer than the telling took is waited. */
const period = 250;
const restFactor = 6;

/** How long lines are made in one go, in milliseconds: then the capture is read on, and other questions are answered. */
const slice = 100;

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
        void this.#read(ask.source, ask.files);
        break;
      case 'begin':
        this.#books.set(ask.source, this.#open(ask.source, ask.calls));
        break;
      case 'lines':
        this.#books.get(ask.source)?.lines(ask.lines);
        break;
      case 'document':
        void this.#document(ask);
        break;
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

  async #document({ source, ask, call }: Extract<Ask, { is: 'document' }>): Promise<void> {
    const open = this.#books.get(source);
    const told = open && toldCall(await this.#wholeBook(open, call), call);
    this.#options.answer({ is: 'document', ask, told });
  }

  /** A call of which the book has just the line, or its last part, is read once more. */
  async #wholeBook(open: OpenBook, call: string): Promise<TraceBook> {
    if (open.files.length === 0 || open.book.isWhole(call)) return open.book;
    const line = open.book.listed.find(({ legs }) => legs.includes(call));
    const again = new TraceBook({ only: new Set(line?.legs) });
    again.watched(await this.#again(open, (item) => again.add(item)));
    return again;
  }

  async #save({ source, ask, ...wish }: Extract<Ask, { is: 'save' }>): Promise<void> {
    const { streams } = wish.told.document;
    const media: CapturedDatagram[] = [];
    if (holdsMedia(wish) && streams.length > 0)
      await this.#again(this.#books.get(source), (item) => {
        if (item.kind === 'datagram' && streams.some((stream) => isOn(stream, item)))
          media.push({ ...item, bytes: item.bytes.slice() });
      });
    this.#options.answer({ is: 'saved', ask, files: savedFiles(wish, media) });
  }

  async #listen({ source, ask, stream }: Extract<Ask, { is: 'listen' }>): Promise<void> {
    const collector = new AudioCollector(stream);
    await this.#again(this.#books.get(source), (item) => {
      if (item.kind === 'datagram') collector.add(item);
    });
    this.#options.answer({ is: 'audio', ask, audio: collector.end() });
  }

  /** Reads the captures of a book once more; tells when their last frame was, as `FileWalk` does. */
  async #again(open: OpenBook | undefined, take: (item: Captured) => void): Promise<number> {
    const walk = new FileWalk(open?.files ?? [], this.#options.bytesOf);
    await walk.walk(take, () => open?.isClosed !== true);
    return walk.until;
  }

  async #read(source: number, files: readonly CaptureFile[]): Promise<void> {
    const { bytesOf, answer, clock } = this.#options;
    const open = this.#open(source);
    open.files = files;
    this.#books.set(source, open);
    const walk = new FileWalk(files, bytesOf);
    const tell = (): void =>
      answer({
        ...{ is: 'progress', source },
        progress: { ...walk.progress, explained: open.explained },
      });
    await walk.walk(
      (item) => open.book.add(item),
      () => {
        if (open.isDue && !open.isClosed) {
          open.listFor(slice);
          tell();
        }
        return !open.isClosed;
      },
    );
    open.book.watched(walk.until);
    while (!open.isClosed && open.listFor(slice)) {
      tell();
      await new Promise<void>((resolve) => clock.after(0, resolve));
    }
    if (open.isClosed) return;
    open.tell();
    const progress = { ...walk.progress, explained: open.explained };
    answer({ is: 'done', source, progress, fault: walk.fault, lacks: walk.lacks });
  }
}

/** A book, with what the page knows of it. */
class OpenBook {
  readonly book: TraceBook;
  isClosed = false;
  /** Where it was read from; none for a book that lines go into. */
  files: readonly CaptureFile[] = [];
  readonly #source: number;
  readonly #options: ReaderOptions;
  /** What the page was told of each call. */
  #told = new Map<string, CallSummary>();
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

  /** Whether it is time to tell of changes again. */
  get isDue(): boolean {
    return this.#options.clock.now() >= this.#restUntil;
  }

  /** The share of its calls that have a line. */
  get explained(): number {
    return this.book.size === 0 ? 1 : this.#told.size / this.book.size;
  }

  /** Makes lines for so many milliseconds, and tells of them when it is time to; true when there are more to make. */
  listFor(milliseconds: number): boolean {
    const { clock } = this.#options;
    const until = clock.now() + milliseconds;
    let left = 0;
    for (left of this.book.list()) if (clock.now() >= until) break;
    if (this.isDue) {
      this.#changed(this.book.listed);
      this.#restUntil = clock.now() + period;
    }
    return left > 0;
  }

  /** Tells of the calls that are new, changed or gone. */
  tell(): void {
    const { clock } = this.#options;
    const begun = clock.now();
    this.#changed(this.book.calls);
    const took = clock.now() - begun;
    this.#restUntil = clock.now() + Math.max(period, restFactor * took);
  }

  #changed(calls: readonly CallSummary[]): void {
    const told = new Map(calls.map((call) => [call.id, call]));
    const changed = calls.filter((call) => isNews(call, this.#told.get(call.id)));
    const gone = [...this.#told.keys()].filter((id) => !told.has(id));
    this.#told = told;
    if (changed.length > 0 || gone.length > 0)
      this.#options.answer({ is: 'calls', source: this.#source, changed, gone });
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

function toldCall(book: TraceBook, call: string): ToldCall | undefined {
  const document = book.document(call);
  const explanation = book.explanation(call);
  return document && explanation && { document, explanation };
}

function isNews(call: CallSummary, told: CallSummary | undefined): boolean {
  return call !== told && (told === undefined || markOf(call) !== markOf(told));
}

// What a list shows of a call, in short: the same text, the same line.
function markOf(call: CallSummary): string {
  const { messages, resent, packets, lostPackets, endedAt, over, status, faults, outcome } = call;
  return JSON.stringify([
    ...[messages, resent, packets, lostPackets, endedAt, over, status, faults, outcome],
    ...[call.happened, call.legs.length],
  ]);
}
