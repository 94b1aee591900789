// What the screen of `offhook trace` shows, as plain values: keys change it, and lines are drawn from it.
import type { CallDocument, CallSummary } from '@offhook/sip/trace';

/** The views, one on the other. */
export type View = 'list' | 'flow' | 'raw' | 'counts' | 'help';

/** Columns of the list that it can be sorted by, from left to right. */
export const columns = [
  'start',
  'method',
  'from',
  'to',
  'messages',
  'source',
  'destination',
  'state',
] as const;

/** One of them. */
export type Column = (typeof columns)[number];

/** A line that is being typed. */
export interface Prompt {
  readonly to: 'search' | 'filter' | 'save';
  readonly text: string;
}

/** All that keys can change. */
export interface ScreenState {
  /** The view that is seen is the last. */
  readonly views: readonly View[];
  /** Call-ID of the call at the cursor. */
  readonly cursor: string | undefined;
  readonly marked: ReadonlySet<string>;
  /** Calls of the flow, and whether all their legs are in it. */
  readonly flow: readonly string[];
  readonly isExtended: boolean;
  /** The message at the cursor of the flow. */
  readonly row: number;
  /** True when only that message is seen raw. */
  readonly isSingle: boolean;
  /** The first line that is seen of a long text. */
  readonly scroll: number;
  readonly prompt: Prompt | undefined;
  /** What calls must contain, and the expression that they must meet. */
  readonly search: string;
  readonly filter: string;
  readonly sort: Column;
  readonly isDescending: boolean;
  readonly showsSdp: boolean;
  readonly colours: 'title' | 'call' | 'none';
  readonly isPaused: boolean;
  /** The cursor stays at the newest call. */
  readonly follows: boolean;
  /** Calls that began before are not shown, in milliseconds since 1970. */
  readonly clearedAt: number;
  /** What was done last, or why not. */
  readonly told: string;
}

/** The screen as it begins; `filter` is what the command line says. */
export function firstState(filter: string): ScreenState {
  return {
    views: ['list'],
    cursor: undefined,
    marked: new Set(),
    flow: [],
    isExtended: false,
    row: 0,
    isSingle: false,
    scroll: 0,
    prompt: undefined,
    search: '',
    filter,
    sort: 'start',
    isDescending: false,
    showsSdp: false,
    colours: 'title',
    isPaused: false,
    follows: true,
    clearedAt: 0,
    told: '',
  };
}

/** The view that is seen. */
export function viewOf({ views }: ScreenState): View {
  return views.at(-1) ?? 'list';
}

/** What is known, and how large the terminal is. */
export interface Scene {
  readonly calls: readonly CallSummary[];
  readonly document: (callId: string) => CallDocument | undefined;
  readonly rows: number;
  readonly columns: number;
  /** Where it comes from, for the first line. */
  readonly source: string;
}

/** Something that a key asks of the world outside. */
export type Wish =
  | { readonly kind: 'quit' }
  | { readonly kind: 'save'; readonly path: string; readonly calls: readonly string[] };
