// The viewer by keys, as people know it from sngrep: what each key means, in the list and in a call.
import type { KeyWord } from '../../words/trace/trace-words.ts';

/** What a key asks for. */
export type Command = KeyWord;

/** Where a key is pressed. */
export type KeyPlace = 'list' | 'call';

/** One key of the help page. */
export interface KeyLine {
  readonly keys: readonly string[];
  readonly command: Command;
  readonly place: KeyPlace | 'everywhere';
}

/** All keys, in the order of the help page. */
export const keyLines: readonly KeyLine[] = [
  { keys: ['ArrowUp', 'k'], command: 'up', place: 'everywhere' },
  { keys: ['ArrowDown', 'j'], command: 'down', place: 'everywhere' },
  { keys: ['PageUp'], command: 'page up', place: 'everywhere' },
  { keys: ['PageDown'], command: 'page down', place: 'everywhere' },
  { keys: ['Home', 'g'], command: 'first', place: 'everywhere' },
  { keys: ['End', 'G'], command: 'last', place: 'everywhere' },
  { keys: ['Enter', 'ArrowRight', 'l'], command: 'open', place: 'list' },
  { keys: [' '], command: 'mark', place: 'list' },
  { keys: ['u'], command: 'clear marks', place: 'list' },
  { keys: ['x'], command: 'extended', place: 'everywhere' },
  { keys: ['r'], command: 'raw', place: 'everywhere' },
  { keys: ['d'], command: 'sdp', place: 'call' },
  { keys: ['v'], command: 'view', place: 'call' },
  { keys: ['c'], command: 'colours', place: 'everywhere' },
  { keys: ['['], command: 'previous call', place: 'call' },
  { keys: [']'], command: 'next call', place: 'call' },
  { keys: ['/'], command: 'search', place: 'everywhere' },
  { keys: ['f'], command: 'filter', place: 'everywhere' },
  { keys: ['e'], command: 'only failed', place: 'list' },
  { keys: ['<'], command: 'sort left', place: 'list' },
  { keys: ['>'], command: 'sort right', place: 'list' },
  { keys: ['z'], command: 'reverse', place: 'list' },
  { keys: ['p'], command: 'pause', place: 'everywhere' },
  { keys: ['A'], command: 'autoscroll', place: 'list' },
  { keys: ['i'], command: 'statistics', place: 'everywhere' },
  { keys: ['s'], command: 'save', place: 'everywhere' },
  { keys: ['?', 'F1'], command: 'help', place: 'everywhere' },
  { keys: ['Escape', 'q', 'ArrowLeft', 'h'], command: 'back', place: 'everywhere' },
];

/** What a key means here; undefined when it means nothing. */
export function commandOf(key: string, place: KeyPlace): Command | undefined {
  return keyLines.find(
    (line) => line.keys.includes(key) && (line.place === 'everywhere' || line.place === place),
  )?.command;
}
