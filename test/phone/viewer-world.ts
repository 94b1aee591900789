// The world of the viewer's tests: its worker in the same thread on virtual time, and a server held in the hands of a test.
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import { VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { TraceBook } from '../../packages/sip/src/trace/document/book.ts';
import type { CallSummary } from '../../packages/sip/src/trace/document/summary.ts';
import { formatTapLine } from '../../packages/sip/src/trace/capture/tap-lines.ts';
import {
  basicCall,
  busyCall,
  cancelledCall,
  silentPeer,
} from '../../packages/sip/src/trace/sample/calls.ts';
import type { Answer, CaptureFile, ReaderPort } from '../../packages/web/src/model/trace/ask.ts';
import type { Device } from '../../packages/web/src/model/trace/device/device.ts';
import { openViewer } from '../../packages/web/src/model/trace/open-viewer.ts';
import type { OpenedViewer } from '../../packages/web/src/model/trace/open-viewer.ts';
import { TraceReader } from '../../packages/web/src/model/trace/reader.ts';
import type { CapturePiece } from '../../packages/web/src/model/trace/file-walk.ts';
import { TraceRefusal } from '../../packages/web/src/model/trace/server.ts';
import type {
  FaultLabel,
  KeptGap,
  LiveListener,
  StoredCalls,
  StoredPart,
  TraceServer,
} from '../../packages/web/src/model/trace/server.ts';
import type { StoredWish } from '../../packages/web/src/model/trace/source.ts';

/** A capture that a test holds. */
export interface HeldFile extends CaptureFile {
  readonly pieces: readonly Uint8Array[];
  /** Reading breaks after the pieces. */
  readonly breaks?: boolean;
}

/** Records as a file of the tap, in pieces of `size` octets. */
export function heldFile(
  name: string,
  records: readonly Observation[],
  { size = 1_000, breaks = false }: { readonly size?: number; readonly breaks?: boolean } = {},
): HeldFile {
  const bytes = new TextEncoder().encode(records.map((one) => `${formatTapLine(one)}\n`).join(''));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return { name, size: bytes.length, pieces, breaks };
}

/** Four calls: answered, busy, cancelled, and one that nobody answers. */
export const fourCalls: readonly Observation[] = [
  basicCall(),
  busyCall(),
  cancelledCall(),
  silentPeer(),
].flatMap((records, at) => records.map((one) => later(one, 100_000 * at)));

// A minute and more apart: what happens at once is likely to be one call.
function later(one: Observation, shift: number): Observation {
  const moved = { ...one, at: one.at + shift };
  if (!('timers' in moved)) return moved;
  return { ...moved, timers: moved.timers.map(({ name, due }) => ({ name, due: due + shift })) };
}

/** The line of each call in these records. */
export function linesOf(records: readonly Observation[]): readonly CallSummary[] {
  const book = new TraceBook();
  for (const record of records) book.observe(record);
  return book.calls;
}

/** A server that has what a test gives it. */
export class HeldServer implements TraceServer {
  /** Gives no capture out. */
  keepsBack = false;
  kept: readonly Observation[] | undefined;
  lab: readonly FaultLabel[] = [];
  files: readonly HeldFile[] = [];
  readonly asked: (StoredWish & StoredPart)[] = [];
  readonly listeners: LiveListener[] = [];
  /** Undefined where no log of devices is kept. */
  registered: readonly Device[] | undefined = [];
  devicesAsked = 0;

  /** When it did not keep all. */
  gaps: readonly KeptGap[] = [];

  calls(wish: StoredWish & StoredPart): Promise<StoredCalls> {
    this.asked.push(wish);
    if (this.kept === undefined) return Promise.reject(new TraceRefusal(404));
    const fitting = linesOf(this.kept).filter(
      ({ to, startedAt }) => to.includes(wish.text ?? '') && startedAt < (wish.before ?? Infinity),
    );
    const calls = fitting.toReversed().slice(0, wish.limit);
    return Promise.resolve({ calls, more: calls.length < fitting.length, gaps: this.gaps });
  }

  call(): Promise<string> {
    if (this.kept === undefined) return Promise.reject(new TraceRefusal(404));
    return Promise.resolve(this.kept.map((one) => formatTapLine(one)).join('\n'));
  }

  live(listener: LiveListener): () => void {
    this.listeners.push(listener);
    return () => void this.listeners.splice(this.listeners.indexOf(listener), 1);
  }

  opened(): Promise<readonly { readonly name: string }[]> {
    return this.files.length === 0
      ? Promise.reject(new TraceRefusal(404))
      : Promise.resolve(this.files);
  }

  openedFile(index: number): Promise<CaptureFile> {
    const file = this.files[index];
    return file === undefined ? Promise.reject(new TraceRefusal(404)) : Promise.resolve(file);
  }

  devices(): Promise<readonly Device[]> {
    this.devicesAsked += 1;
    return this.registered === undefined
      ? Promise.reject(new TraceRefusal(404))
      : Promise.resolve(this.registered);
  }

  labels(): Promise<readonly FaultLabel[]> {
    return Promise.resolve(this.lab);
  }

  labFile(name: string): Promise<CaptureFile> {
    if (this.keepsBack) return Promise.reject(new TypeError('not reached'));
    return Promise.resolve(heldFile(name, silentPeer()));
  }
}

/** A viewer on virtual time. */
export class ViewerWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly server: HeldServer = new HeldServer();
  readonly opened: OpenedViewer;
  /** Everything that the worker answered. */
  readonly answers: Answer[] = [];

  private constructor(before: (server: HeldServer) => void, link: string) {
    before(this.server);
    const { clock, server } = this;
    this.opened = openViewer({
      reader: this.#reader(),
      server,
      clock,
      articleServer: {
        state: () => Promise.reject(new Error('No guided call')),
        ask: () => Promise.reject(new Error('No guided call')),
      },
    });
    this.opened.viewer.follow(link);
  }

  static async open(
    before: (server: HeldServer) => void = () => undefined,
    link = '',
  ): Promise<ViewerWorld> {
    const world = new ViewerWorld(before, link);
    await world.opened.ready;
    await world.elapse(1_000);
    return world;
  }

  get viewer(): OpenedViewer['viewer'] {
    return this.opened.viewer;
  }

  /** Lets time pass, and whatever waits for its turn happen. */
  elapse(milliseconds: number): Promise<void> {
    return this.clock.elapse(milliseconds);
  }

  /** The user drops captures. */
  async drop(...files: readonly HeldFile[]): Promise<void> {
    this.opened.captures.open(files);
    await this.read();
  }

  /** Until all captures that are open are read. */
  async read(): Promise<void> {
    const isReading = (): boolean =>
      this.viewer.sources.value.some(({ state }) => state.value.is === 'reading');
    for (let turn = 0; turn < 100 && isReading(); turn += 1) await this.elapse(300);
  }

  /** The page's user presses keys. */
  press(...commands: readonly Parameters<OpenedViewer['viewer']['act']>[0][]): void {
    for (const command of commands) this.viewer.act(command);
  }

  // What crosses between page and worker is a copy.
  #reader(): ReaderPort {
    const listeners = new Set<(answer: Answer) => void>();
    const reader = new TraceReader({
      clock: this.clock,
      bytesOf,
      answer: (answer) => {
        const copy = structuredClone(answer);
        this.answers.push(copy);
        for (const listener of [...listeners]) listener(copy);
      },
    });
    return {
      send: (ask) => reader.take(structuredClone(ask)),
      onAnswer: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
  }
}

// oxlint-disable-next-line require-await -- a generator of promises is what the port asks for
async function* bytesOf(file: CaptureFile): AsyncGenerator<CapturePiece> {
  const { pieces, breaks } = file as HeldFile;
  let read = 0;
  for (const bytes of pieces) {
    read += bytes.length;
    yield { bytes, read };
  }
  if (breaks === true) throw new Error('The end of the file is missing');
}
