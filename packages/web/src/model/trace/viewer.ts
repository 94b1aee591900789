// The viewer: its sources, the list of calls with filter and order, the calls that are looked at, and what every key does.
import { batch, computed, effect, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { CallSummary } from '@offhook/sip/trace';
import { besideEachOther } from './beside.ts';
import { columns, compare } from './columns.ts';
import type { Sorting } from './columns.ts';
import { fits, noFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import type { Command } from './keys.ts';
import { formatLink, noLink, parseLink } from './link.ts';
import type { Link } from './link.ts';
import { OpenedCall } from './opened-call.ts';
import type { CallKey } from './opened-call.ts';
import { moved } from './moves.ts';
import type { Move } from './moves.ts';
import { clearSelection, newSelection } from './selection.ts';
import type { Selection, TraceView } from './selection.ts';
import type { TraceSource } from './source.ts';

/** What lies above the page. */
export type Sheet = 'help' | 'statistics' | 'filter' | 'save';

/** By what arrows are coloured. */
export type Colouring = 'outcome' | 'transaction' | 'plain';

const colourings: readonly Colouring[] = ['outcome', 'transaction', 'plain'];
const views: readonly TraceView[] = ['plain', 'engineer', 'teacher'];

/** The viewer. */
export class TraceViewer {
  readonly sources: Signal<readonly TraceSource[]> = signal([]);
  /** The one whose calls are listed. */
  readonly source: Signal<TraceSource | undefined> = signal(undefined);
  readonly filter: Signal<Filter> = signal(noFilter);
  readonly sorting: Signal<Sorting> = signal({ column: 'time', descending: false });
  /** What the list shows. */
  readonly shown: ReadonlySignal<readonly CallSummary[]>;
  /** Id of the call that the keys stand on. */
  readonly cursor: Signal<string | undefined> = signal(undefined);
  /** The devices are shown in place of calls; and of them the one whose log is open. */
  readonly showsDevices: Signal<boolean> = signal(false);
  readonly device: Signal<string | undefined> = signal(undefined);
  /** Calls that were marked, to be opened together; two stand side by side. */
  readonly marked: Signal<readonly CallKey[]> = signal([]);
  /** The calls that are looked at; the list when there is none. */
  readonly opened: Signal<readonly OpenedCall[]> = signal([]);
  /** What is selected in the first and in the second call that is looked at. */
  readonly selections: readonly [Selection, Selection] = [newSelection(), newSelection()];
  readonly sheet: Signal<Sheet | undefined> = signal(undefined);
  readonly colouring: Signal<Colouring> = signal('outcome');
  /** Messages as text in place of the drawing. */
  readonly raw: Signal<boolean> = signal(false);
  /** All legs of a call, or the first alone. */
  readonly extended: Signal<boolean> = signal(true);
  /** The cursor goes with the latest call. */
  readonly autoscroll: Signal<boolean> = signal(false);
  /** The field to search in is wanted; counts. */
  readonly searchWanted: Signal<number> = signal(0);
  /** The part of the address behind `#`. */
  readonly link: ReadonlySignal<string>;
  /** What an address asked for and what has not come yet. */
  readonly awaited: Signal<Link | undefined> = signal(undefined);
  readonly #offs: readonly (() => void)[];
  /** Ends that two calls share an axis. */
  #apart: () => void = () => undefined;

  constructor() {
    this.shown = computed(() => {
      const source = this.source.value;
      const calls = source?.calls.value ?? [];
      const [filter, sorting] = [this.filter.value, this.sorting.value];
      // Who searches by itself looks into more than what stands in a line.
      const own = source?.search === undefined ? filter : { ...filter, text: '' };
      const found = calls.filter((call) => fits(call, own));
      // Calls come in the order in which they began.
      if (sorting.column === 'time') return sorting.descending ? found.reverse() : found;
      return found.toSorted((one, other) => compare(one, other, sorting));
    });
    this.link = computed(() => this.#link());
    this.#offs = [
      effect(() => this.#fulfil()),
      effect(() => {
        const { text, status, fault, since, until } = this.filter.value;
        this.source.value?.search?.({ text, status, fault, since, until });
      }),
      effect(() => {
        if (this.autoscroll.value) this.cursor.value = this.#latest();
      }),
    ];
  }

  /** Adds a source; the first one is listed at once. */
  add(source: TraceSource): void {
    batch(() => {
      this.sources.value = [...this.sources.value, source];
      if (this.source.peek() === undefined) this.#list(source);
    });
  }

  /** Lists the calls of another source; of none, what can be opened is shown. */
  show(source: TraceSource | undefined): void {
    batch(() => {
      this.showsDevices.value = false;
      this.#list(source);
    });
  }

  /** Shows the devices in place of calls. */
  showDevices(): void {
    batch(() => {
      this.closeCalls();
      this.showsDevices.value = true;
    });
  }

  /** Takes a source away, with the calls of it that are looked at. */
  remove(source: TraceSource): void {
    batch(() => {
      if (this.opened.value.some((call) => call.source === source)) this.closeCalls();
      this.marked.value = this.marked.value.filter((key) => key.source !== source);
      this.sources.value = this.sources.value.filter((one) => one !== source);
      if (this.source.value === source) this.source.value = this.sources.value.at(-1);
    });
    source.close();
  }

  /** Puts sources in the place of another; the call that is looked at is opened again as soon as one of them has it. */
  replace(source: TraceSource, by: readonly TraceSource[]): void {
    const [first] = by;
    if (first === undefined || !this.sources.peek().includes(source)) return;
    batch(() => {
      const opened = this.opened.peek().filter((call) => call.source === source);
      const link = opened.length === 0 ? undefined : parseLink(this.link.peek());
      this.sources.value = this.sources.value.flatMap((one) => (one === source ? by : [one]));
      this.marked.value = this.marked.value.filter((key) => key.source !== source);
      this.show(first);
      // Frames are counted anew.
      if (link !== undefined)
        this.awaited.value = {
          ...link,
          name: by.length === 1 ? first.name : undefined,
          frame: undefined,
        };
    });
    source.close();
  }

  /** Looks at calls: one, or two side by side. */
  open(...keys: readonly CallKey[]): void {
    batch(() => {
      this.showsDevices.value = false;
      this.closeCalls();
      this.opened.value = keys.slice(0, 2).map((key, at) => {
        const selection = this.selections[at === 0 ? 0 : 1];
        clearSelection(selection);
        return new OpenedCall(key, selection, this.extended);
      });
      const [one, other] = this.opened.value;
      if (one !== undefined && other !== undefined) this.#apart = besideEachOther(one, other);
      const [first] = keys;
      if (first !== undefined && first.source === this.source.peek()) this.cursor.value = first.id;
    });
  }

  /** The call that is looked at, or the one under the cursor. */
  chosen(): CallKey | undefined {
    const source = this.source.value;
    const id = this.cursor.value;
    const [opened] = this.opened.value;
    return opened ?? (source === undefined || id === undefined ? undefined : { source, id });
  }

  /** Looks at the marked calls, or at the one under the cursor. */
  openChosen(): void {
    const marked = this.marked.peek();
    const chosen = this.chosen();
    if (marked.length > 0) this.open(...marked);
    else if (chosen !== undefined) this.open(chosen);
  }

  /** Back to the list. */
  closeCalls(): void {
    this.#apart();
    this.#apart = () => undefined;
    for (const call of this.opened.peek()) call.close();
    this.opened.value = [];
  }

  /** Marks a call, or takes the mark away; two at the most, the older mark goes first. */
  mark(key: CallKey): void {
    const others = this.marked.peek().filter((one) => !isSame(one, key));
    const was = others.length < this.marked.peek().length;
    this.marked.value = was ? others : [...others, key].slice(-2);
  }

  isMarked(id: string): boolean {
    const source = this.source.value;
    return this.marked.value.some((key) => key.source === source && key.id === id);
  }

  /** Sorts by a column; once more turns the order. */
  sortBy(column: Sorting['column']): void {
    const { column: before, descending } = this.sorting.peek();
    this.sorting.value = { column, descending: column === before && !descending };
  }

  /** Shows all calls again. */
  clearFilter(): void {
    this.filter.value = noFilter;
  }

  change(some: Partial<Filter>): void {
    this.filter.value = { ...this.filter.peek(), ...some };
  }

  /** Opens what a link tells, as soon as its call is there. */
  follow(text: string): void {
    const link = parseLink(text);
    if (text.replace(/^#/, '') === this.link.peek()) return;
    batch(() => {
      this.awaited.value = link.call === undefined && link.source === undefined ? undefined : link;
      if (link.call === undefined) this.closeCalls();
      this.showsDevices.value = link.devices;
      if (link.devices) this.device.value = link.device;
    });
  }

  /** Does what a key asks for. */
  act(command: Command): void {
    const isList = this.opened.peek().length === 0;
    switch (command) {
      case 'up':
      case 'down':
      case 'page up':
      case 'page down':
      case 'first':
      case 'last':
        if (isList) this.#moveCursor(command);
        else this.#moveFrame(command);
        break;
      case 'open':
        this.openChosen();
        break;
      case 'mark': {
        const [source, id] = [this.source.peek(), this.cursor.peek()];
        if (source !== undefined && id !== undefined) this.mark({ source, id });
        break;
      }
      case 'clear marks':
        this.marked.value = [];
        break;
      case 'extended':
        if (isList) this.openChosen();
        this.extended.value = isList || !this.extended.peek();
        break;
      case 'raw':
        if (isList) this.openChosen();
        this.raw.value = isList || !this.raw.peek();
        break;
      case 'sdp':
        this.#turnOffers();
        break;
      case 'view':
        this.#turnView();
        break;
      case 'colours':
        this.colouring.value = after(colourings, this.colouring.peek());
        break;
      case 'previous call':
        this.#openNear(-1);
        break;
      case 'next call':
        this.#openNear(1);
        break;
      case 'search':
        batch(() => {
          this.closeCalls();
          this.searchWanted.value += 1;
        });
        break;
      case 'only failed':
        this.change({ onlyFailed: !this.filter.peek().onlyFailed });
        break;
      case 'sort left':
        this.#sortNear(-1);
        break;
      case 'sort right':
        this.#sortNear(1);
        break;
      case 'reverse':
        this.sortBy(this.sorting.peek().column);
        break;
      case 'pause': {
        const source = this.source.peek();
        const state = source?.state.peek();
        if (state?.is === 'live') source?.pause?.(!state.paused);
        break;
      }
      case 'autoscroll':
        this.autoscroll.value = !this.autoscroll.peek();
        break;
      case 'filter':
      case 'statistics':
      case 'save':
      case 'help':
        this.sheet.value = this.sheet.peek() === command ? undefined : command;
        break;
      case 'devices':
        this.showDevices();
        break;
      case 'back':
        this.#back();
        break;
    }
  }

  close(): void {
    for (const off of this.#offs) off();
    this.closeCalls();
    for (const source of this.sources.peek()) source.close();
  }

  #list(source: TraceSource | undefined): void {
    if (this.source.peek() === source) return;
    batch(() => {
      this.source.value = source;
      this.cursor.value = undefined;
      this.closeCalls();
    });
  }

  #back(): void {
    if (this.sheet.peek() !== undefined) this.sheet.value = undefined;
    else if (this.raw.peek() && this.opened.peek().length > 0) this.raw.value = false;
    else if (this.opened.peek().length > 0) this.closeCalls();
    else if (this.marked.peek().length > 0) this.marked.value = [];
    else this.clearFilter();
  }

  #moveCursor(command: Move): void {
    const shown = this.shown.peek();
    const at = shown.findIndex(({ id }) => id === this.cursor.peek());
    this.cursor.value = shown[moved(at, shown.length, command)]?.id;
    if (command !== 'last') this.autoscroll.value = false;
  }

  #moveFrame(command: Move): void {
    const [call] = this.opened.peek();
    const telling = call?.telling.peek();
    if (call === undefined || telling?.is !== 'told') return;
    const { messages, steps } = telling.told.document;
    const frames = [...messages, ...steps]
      .toSorted((a, b) => a.at - b.at)
      .map(({ frame }) => frame);
    const { frame } = call.selection;
    frame.value = frames[moved(frames.indexOf(frame.peek() ?? -1), frames.length, command)];
  }

  #turnOffers(): void {
    const isOpen = this.selections[0].tab.peek() === 'offers';
    batch(() => {
      for (const { tab, view } of this.selections) {
        tab.value = isOpen ? 'ladder' : 'offers';
        if (!isOpen) view.value = 'engineer';
      }
    });
  }

  #turnView(): void {
    const view = after(views, this.selections[0].view.peek());
    for (const selection of this.selections) selection.view.value = view;
  }

  #openNear(step: number): void {
    const [call] = this.opened.peek();
    if (call === undefined) return;
    const shown = this.shown.peek();
    const at = shown.findIndex(({ id }) => id === call.id);
    const next = shown[at + step];
    if (at >= 0 && next !== undefined) this.open({ source: call.source, id: next.id });
  }

  #sortNear(step: number): void {
    const { column, descending } = this.sorting.peek();
    const next = columns[(columns.indexOf(column) + step + columns.length) % columns.length];
    if (next !== undefined) this.sorting.value = { column: next, descending };
  }

  #latest(): string | undefined {
    return this.shown.value.reduce<CallSummary | undefined>(
      (found, call) => (found === undefined || call.startedAt >= found.startedAt ? call : found),
      undefined,
    )?.id;
  }

  #link(): string {
    if (this.showsDevices.value)
      return formatLink({ ...noLink, devices: true, device: this.device.value });
    const [first, second] = this.opened.value;
    const source = first?.source ?? this.source.value;
    const { frame, lane, window, view } = this.selections[0];
    const isOpen = first !== undefined;
    return formatLink({
      ...noLink,
      source: source?.kind,
      name: source?.name,
      call: first?.id,
      beside: second !== undefined && second.source === first?.source ? second.id : undefined,
      frame: isOpen ? frame.value : undefined,
      lane: isOpen ? lane.value : undefined,
      window: isOpen ? window.value : undefined,
      view: isOpen ? view.value : undefined,
    });
  }

  // The source, and then the call, that an address asked for.
  #fulfil(): void {
    const link = this.awaited.value;
    if (link === undefined) return;
    const wanted = [link.call, link.beside].filter((id) => id !== undefined);
    const named = this.sources.value.filter(
      ({ kind, name }) => kind === (link.source ?? kind) && name === (link.name ?? name),
    );
    // A server keeps more calls than it lists at once.
    const source =
      named.find((one) => hasAll(one, wanted)) ?? named.find(({ kind }) => kind === 'stored');
    if (source === undefined) return;
    batch(() => {
      this.awaited.value = undefined;
      this.show(source);
      if (link.call === undefined) return;
      const keys = [link.call, ...(link.beside === undefined ? [] : [link.beside])];
      this.open(...keys.map((id) => ({ source, id })));
      const [{ frame, lane, window }] = this.selections;
      [frame.value, lane.value, window.value] = [link.frame, link.lane, link.window];
      if (link.view !== undefined) for (const { view } of this.selections) view.value = link.view;
    });
  }
}

function hasAll({ calls }: TraceSource, ids: readonly string[]): boolean {
  return ids.every((id) => calls.value.some((call) => call.id === id || call.legs.includes(id)));
}

function isSame(one: CallKey, other: CallKey): boolean {
  return one.source === other.source && one.id === other.id;
}

function after<Of>(all: readonly Of[], one: Of): Of {
  return all[(all.indexOf(one) + 1) % all.length] ?? one;
}
