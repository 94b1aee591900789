// What each key does: a state and a key give the next state, and what is asked of the world outside.
import { filterFields, callFilter } from './filter.ts';
import { flowOf } from './flow.ts';
import { rawLines } from './raw.ts';
import { shownCalls } from './shown-calls.ts';
import { columns, viewOf } from './state.ts';
import type { Prompt, Scene, ScreenState, View, Wish } from './state.ts';

/** A key: its name such as `up` or `f3`, or the character that it writes. */
export interface Key {
  readonly name: string;
  /** The character; undefined for a key that writes none. */
  readonly text?: string | undefined;
}

/** What a key did. */
export interface Pressed {
  readonly state: ScreenState;
  readonly wish?: Wish;
}

/** Presses a key; one that means nothing here changes nothing. */
export function press(state: ScreenState, key: Key, scene: Scene): Pressed {
  if (key.name === 'ctrl+c') return { state, wish: { kind: 'quit' } };
  if (state.prompt !== undefined) return type(state, state.prompt, key, scene);
  const before = { ...state, told: '' };
  switch (viewOf(state)) {
    case 'list':
      return pressList(before, key, scene);
    case 'flow':
      return pressFlow(before, key, scene);
    case 'raw':
    case 'counts':
    case 'help':
      return pressText(before, key, scene);
  }
}

function pressList(state: ScreenState, key: Key, scene: Scene): Pressed {
  const calls = shownCalls(state, scene);
  const at = Math.max(
    0,
    calls.findIndex(({ id }) => id === state.cursor),
  );
  const move = (to: number): Pressed => {
    const place = Math.min(Math.max(0, to), calls.length - 1);
    const isLast = place === calls.length - 1;
    return { state: { ...state, cursor: calls[place]?.id, follows: state.follows && isLast } };
  };
  const page = Math.max(1, scene.rows - 4);
  const chosen =
    state.marked.size > 0 ? [...state.marked] : [calls[at]?.id].flatMap((id) => id ?? []);
  const open = (isExtended: boolean): Pressed =>
    chosen.length === 0
      ? { state }
      : { state: { ...opened(state, 'flow'), flow: chosen, isExtended, row: 0 } };
  switch (key.name) {
    case 'up':
    case 'k':
      return move(at - 1);
    case 'down':
    case 'j':
      return move(at + 1);
    case 'pageup':
      return move(at - page);
    case 'pagedown':
      return move(at + page);
    case 'home':
    case 'g':
      return move(0);
    case 'end':
    case 'G':
      return move(calls.length - 1);
    case 'space':
      return { state: { ...state, marked: toggled(state.marked, calls[at]?.id) } };
    case 'enter':
      return open(false);
    case 'x':
      return open(true);
    case 'r':
      return chosen.length === 0
        ? { state }
        : { state: { ...opened(state, 'raw'), flow: chosen, isExtended: true, isSingle: false } };
    case 'f5':
      return {
        state: { ...state, clearedAt: lastOf(scene), marked: new Set(), cursor: undefined },
      };
    case 'A':
      return {
        state: {
          ...state,
          follows: !state.follows,
          told: `Autoscroll ${state.follows ? 'off' : 'on'}`,
        },
      };
    case 'p':
      return { state: { ...state, isPaused: !state.isPaused } };
    case '<':
      return { state: sorted(state, -1) };
    case '>':
      return { state: sorted(state, 1) };
    case 'z':
      return { state: { ...state, isDescending: !state.isDescending } };
    case 's':
    case 'f2':
      return { state: { ...state, prompt: { to: 'save', text: 'calls.pcap' } } };
    case '/':
    case 'f3':
      return { state: { ...state, prompt: { to: 'search', text: state.search } } };
    case 'f':
    case 'f7':
      return { state: { ...state, prompt: { to: 'filter', text: state.filter } } };
    case 'escape':
      return { state: { ...state, search: '', marked: new Set() } };
    case 'q':
      return { state, wish: { kind: 'quit' } };
    default:
      return pressAnywhere(state, key);
  }
}

function pressFlow(state: ScreenState, key: Key, scene: Scene): Pressed {
  const { rows } = flowOf(state, scene);
  const page = Math.max(1, scene.rows - 6);
  const move = (to: number): Pressed => ({
    state: { ...state, row: Math.min(Math.max(0, to), Math.max(0, rows.length - 1)) },
  });
  switch (key.name) {
    case 'up':
    case 'k':
      return move(state.row - 1);
    case 'down':
    case 'j':
      return move(state.row + 1);
    case 'pageup':
      return move(state.row - page);
    case 'pagedown':
      return move(state.row + page);
    case 'home':
    case 'g':
      return move(0);
    case 'end':
    case 'G':
      return move(rows.length - 1);
    case 'enter':
      return { state: { ...opened(state, 'raw'), isSingle: true } };
    case 'r':
      return { state: { ...opened(state, 'raw'), isSingle: false } };
    case 'x':
      return { state: { ...state, isExtended: !state.isExtended, row: 0 } };
    case 'd':
      return { state: { ...state, showsSdp: !state.showsSdp } };
    case 'p':
      return { state: { ...state, isPaused: !state.isPaused } };
    case 's':
    case 'f2':
      return { state: { ...state, prompt: { to: 'save', text: 'call.pcap' } } };
    default:
      return pressAnywhere(state, key);
  }
}

function pressText(state: ScreenState, key: Key, scene: Scene): Pressed {
  const page = Math.max(1, scene.rows - 3);
  const length = viewOf(state) === 'raw' ? rawLines(state, scene).length : page;
  const move = (to: number): Pressed => ({
    state: { ...state, scroll: Math.min(Math.max(0, to), Math.max(0, length - page)) },
  });
  switch (key.name) {
    case 'up':
    case 'k':
      return move(state.scroll - 1);
    case 'down':
    case 'j':
      return move(state.scroll + 1);
    case 'pageup':
      return move(state.scroll - page);
    case 'pagedown':
    case 'space':
      return move(state.scroll + page);
    case 'home':
    case 'g':
      return move(0);
    case 'end':
    case 'G':
      return move(length);
    default:
      return pressAnywhere(state, key);
  }
}

function pressAnywhere(state: ScreenState, key: Key): Pressed {
  switch (key.name) {
    case 'escape':
    case 'q':
    case 'left':
    case 'backspace':
      return { state: back(state) };
    case 'f1':
    case 'h':
    case '?':
      return { state: viewOf(state) === 'help' ? back(state) : opened(state, 'help') };
    case 'i':
      return { state: viewOf(state) === 'counts' ? back(state) : opened(state, 'counts') };
    case 'c':
    case 'f8':
      return { state: { ...state, colours: nextColours[state.colours] } };
    default:
      return { state };
  }
}

function type(state: ScreenState, prompt: Prompt, key: Key, scene: Scene): Pressed {
  const typed = (text: string): ScreenState => ({
    ...state,
    prompt: { ...prompt, text },
    // A search is seen while it is typed.
    ...(prompt.to === 'search' ? { search: text } : {}),
  });
  switch (key.name) {
    case 'escape':
      return {
        state: { ...state, prompt: undefined, ...(prompt.to === 'search' ? { search: '' } : {}) },
      };
    case 'enter':
      return entered({ ...state, prompt: undefined }, prompt, scene);
    case 'backspace':
      return { state: typed(prompt.text.slice(0, -1)) };
    case 'ctrl+u':
      return { state: typed('') };
    default:
      return key.text === undefined || prompt.text.length >= longest
        ? { state }
        : { state: typed(prompt.text + key.text) };
  }
}

function entered(state: ScreenState, { to, text }: Prompt, scene: Scene): Pressed {
  switch (to) {
    case 'search':
      return { state: { ...state, search: text } };
    case 'filter':
      return callFilter(text) === undefined
        ? {
            state: {
              ...state,
              told: `Fields are ${filterFields.join(', ')}: from:alice status:4xx`,
            },
          }
        : { state: { ...state, filter: text } };
    case 'save': {
      if (text.trim() === '') return { state };
      const shown = shownCalls(state, scene).map(({ id }) => id);
      const marked = state.marked.size > 0 ? [...state.marked] : shown;
      const calls = viewOf(state) === 'list' ? marked : state.flow;
      return { state, wish: { kind: 'save', path: text.trim(), calls } };
    }
  }
}

/** Characters of the longest line that can be typed. */
const longest = 200;

const nextColours = { title: 'call', call: 'none', none: 'title' } as const;

function opened(state: ScreenState, view: View): ScreenState {
  return { ...state, views: [...state.views, view], scroll: 0 };
}

function back(state: ScreenState): ScreenState {
  return state.views.length > 1 ? { ...state, views: state.views.slice(0, -1), scroll: 0 } : state;
}

function toggled(marked: ReadonlySet<string>, id: string | undefined): ReadonlySet<string> {
  if (id === undefined) return marked;
  const next = new Set(marked);
  if (!next.delete(id)) next.add(id);
  return next;
}

function sorted(state: ScreenState, by: 1 | -1): ScreenState {
  const at = columns.indexOf(state.sort) + by;
  const sort = columns[Math.min(Math.max(0, at), columns.length - 1)] ?? 'start';
  return { ...state, sort };
}

function lastOf({ calls }: Scene): number {
  return calls.reduce((last, { startedAt }) => Math.max(last, startedAt), 0) + 1;
}
