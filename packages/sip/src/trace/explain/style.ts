// How a ladder looks: characters for plain and for UTF-8 terminals, and colours by meaning.
import type { Label } from '../correlate/labelled.ts';

/** What a piece of a line means; colours follow from it. */
export type Tone =
  | 'plain'
  | 'bold'
  | 'dim'
  | 'request'
  | 'provisional'
  | 'success'
  | 'redirect'
  | 'failure'
  | 'T'
  | 'D'
  | 'S'
  | 'heading';

/** A piece of a line. */
export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

/** A line as pieces, from left to right. */
export type Line = readonly Piece[];

/** The characters that lines are drawn with. */
export interface Glyphs {
  readonly unicode: boolean;
  readonly life: string;
  readonly pause: string;
  readonly shaft: string;
  readonly repeat: string;
  readonly left: string;
  readonly right: string;
  readonly media: string;
  readonly silence: string;
  readonly lost: string;
  readonly event: string;
  readonly becomes: string;
  readonly times: string;
  readonly rule: string;
  readonly dot: string;
  readonly more: string;
}

/** Plain ASCII, as in RFC 3665. */
export const asciiGlyphs: Glyphs = {
  unicode: false,
  life: '|',
  pause: ':',
  shaft: '-',
  repeat: '- ',
  left: '<',
  right: '>',
  media: '=',
  silence: '. ',
  lost: 'x',
  event: 'o',
  becomes: '->',
  times: 'x',
  rule: '=',
  dot: ',',
  more: '..',
};

/** Box drawing for terminals that speak UTF-8. */
export const unicodeGlyphs: Glyphs = {
  unicode: true,
  life: '│',
  pause: '┊',
  shaft: '─',
  repeat: '╌',
  left: '◄',
  right: '►',
  media: '═',
  silence: '┄',
  lost: '✗',
  event: '●',
  becomes: '→',
  times: '×',
  rule: '━',
  dot: ' ·',
  more: '…',
};

const codes: { readonly [T in Tone]: string } = {
  plain: '',
  bold: '1',
  dim: '2',
  request: '1',
  provisional: '33',
  success: '32',
  redirect: '35',
  failure: '31',
  T: '36',
  D: '35',
  S: '32',
  heading: '1;34',
};

/** The line as text, without spaces at its end; with ANSI colours when asked. */
export function printLine(line: Line, colour: boolean): string {
  const end = line.findLastIndex(({ text }) => text.trimEnd() !== '');
  return line
    .slice(0, end + 1)
    .map(({ text, tone }, index) => {
      const shown = index === end ? text.trimEnd() : text;
      return colour && codes[tone] !== '' && shown !== ''
        ? `\u001B[${codes[tone]}m${shown}\u001B[0m`
        : shown;
    })
    .join('');
}

/** The tone of a request or of a response's class. */
export function toneOf(status: number | undefined): Tone {
  if (status === undefined) return 'request';
  if (status < 200) return 'provisional';
  if (status < 300) return 'success';
  return status < 400 ? 'redirect' : 'failure';
}

/** A piece of text. */
export function piece(text: string, tone: Tone = 'plain'): Piece {
  return { text, tone };
}

/** The tone of a label is its lane's. */
export function laneTone(label: Label | undefined): Tone {
  return label?.lane ?? 'plain';
}
