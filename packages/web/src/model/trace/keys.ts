// The viewer by keys, as people know it from sngrep: what each key means, in the list and in a call.
import type { KeyWord } from '../../words/trace/trace-words.ts';

/** What a key asks for. */
export type Command = KeyWord;

/** Where a key is pressed. */
export type KeyPlace = 'list' | 'call' | 'devices';

/** One key of the help page. */
export interface KeyLine {
  readonly keys: readonly string[];
  readonly command: Command;
  readonly places: readonly KeyPlace[];
}

const everywhere: readonly KeyPlace[] = ['list', 'call', 'devices'];
const calls: readonly KeyPlace[] = ['list', 'call'];

/** All keys, in the order of the help page. */
export const keyLines: readonly KeyLine[] = [
  { keys: ['ArrowUp', 'k'], command: 'up', places: everywhere },
  { keys: ['ArrowDown', 'j'], command: 'down', places: everywhere },
  { keys: ['PageUp'], command: 'page up', places: everywhere },
  { keys: ['PageDown'], command: 'page down', places: everywhere },
  { keys: ['Home', 'g'], command: 'first', places: everywhere },
  { keys: ['End', 'G'], command: 'last', places: everywhere },
  { keys: ['Enter', 'ArrowRight', 'l'], command: 'open', places: ['list', 'devices'] },
  { keys: [' '], command: 'mark', places: ['list'] },
  { keys: ['u'], command: 'clear marks', places: ['list'] },
  { keys: ['x'], command: 'extended', places: calls },
  { keys: ['r'], command: 'raw', places: calls },
  { keys: ['d'], command: 'sdp', places: ['call'] },
  { keys: ['v'], command: 'view', places: ['call'] },
  { keys: ['c'], command: 'colours', places: calls },
  { keys: ['['], command: 'previous call', places: ['call'] },
  { keys: [']'], command: 'next call', places: ['call'] },
  { keys: ['/'], command: 'search', places: everywhere },
  { keys: ['f'], command: 'filter', places: calls },
  { keys: ['e'], command: 'only failed', places: ['list'] },
  { keys: ['<'], command: 'sort left', places: ['list'] },
  { keys: ['>'], command: 'sort right', places: ['list'] },
  { keys: ['z'], command: 'reverse', places: ['list'] },
  { keys: ['p'], command: 'pause', places: calls },
  { keys: ['A'], command: 'autoscroll', places: ['list'] },
  { keys: ['i'], command: 'statistics', places: calls },
  { keys: ['s'], command: 'save', places: calls },
  { keys: ['D'], command: 'devices', places: calls },
  { keys: ['?', 'F1'], command: 'help', places: everywhere },
  { keys: ['Escape', 'q', 'ArrowLeft', 'h'], command: 'back', places: everywhere },
];

/** What a key means here; undefined when it means nothing. */
export function commandOf(key: string, place: KeyPlace): Command | undefined {
  return keyLines.find(({ keys, places }) => keys.includes(key) && places.includes(place))?.command;
}
