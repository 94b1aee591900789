// The terminal of a screen: its alternate page, its keys and its colours; left as it was found.
import { emitKeypressEvents } from 'node:readline';
import type { Line, Tone } from './draw.ts';
import type { Key } from './press.ts';

/** A terminal that is taken over. */
export interface Terminal {
  readonly rows: number;
  readonly columns: number;
  /** Shows these lines from the top. */
  paint(lines: readonly Line[]): void;
  /** Gives the terminal back. */
  close(): void;
}

/** What is told of a terminal. */
export interface TerminalListener {
  readonly key: (key: Key) => void;
  readonly resized: () => void;
}

/** Takes over standard input and output. */
export function openTerminal({ key, resized }: TerminalListener): Terminal {
  const { stdin, stdout } = process;
  const isColoured = process.env['NO_COLOR'] === undefined;
  const pressed = (text: string | undefined, told: ToldKey): void => {
    const read = keyOf(text, told);
    if (read !== undefined) key(read);
  };
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdin.off('keypress', pressed);
    stdout.off('resize', resized);
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(leave);
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('keypress', pressed);
  stdout.on('resize', resized);
  // Whatever ends the program, the terminal is the person's again.
  process.once('exit', close);
  stdout.write(enter);
  return {
    get rows() {
      return Math.max(5, stdout.rows);
    },
    get columns() {
      return Math.max(40, stdout.columns);
    },
    paint: (lines) => {
      const text = lines.map((line) => painted(line, isColoured)).join('\u001B[K\r\n');
      stdout.write(`\u001B[H${text}\u001B[K\u001B[J`);
    },
    close,
  };
}

/** Another page without cursor, and back. */
const enter = '\u001B[?1049h\u001B[?25l';
const leave = '\u001B[?25h\u001B[?1049l';

const codes: Readonly<Record<Tone, string>> = {
  plain: '',
  bold: '1',
  dim: '2',
  bar: '7',
  cursor: '7',
  red: '31',
  green: '32',
  yellow: '33',
  blue: '34',
  cyan: '36',
  magenta: '35',
};

function painted(line: Line, isColoured: boolean): string {
  return line
    .map(({ text, tone }) => {
      const code = isColoured || Number(codes[tone]) < 10 ? codes[tone] : '';
      return code === '' ? text : `\u001B[${code}m${text}\u001B[0m`;
    })
    .join('');
}

/** A key as node:readline tells of it. */
interface ToldKey {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

/** A key by our names; undefined for one that has none. */
export function keyOf(text: string | undefined, { name, ctrl, meta }: ToldKey): Key | undefined {
  if (ctrl === true) return name === undefined ? undefined : { name: `ctrl+${name}` };
  if (name === 'return' || name === 'enter') return { name: 'enter' };
  const isCharacter = text !== undefined && /^[ -~\u00a0-\uffff]$/.test(text) && meta !== true;
  if (isCharacter) return { name: text === ' ' ? 'space' : text, text };
  return name === undefined ? undefined : { name };
}
