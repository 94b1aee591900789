// Turns terminal output with colours into an SVG picture for the README: `… | node scripts/picture.ts docs/pictures/call.svg [title]`.
import { readFileSync, writeFileSync } from 'node:fs';

const [file, title = 'offhook'] = process.argv.slice(2);
if (file === undefined) throw new Error('Usage: node scripts/picture.ts FILE.svg [TITLE] < output');

const cell = { width: 8.4, height: 18 };
const margin = { left: 16, top: 44, bottom: 14 };

/** Colours of the terminal codes 30-37 and 90-97, on a dark ground. */
const colours: Readonly<Record<number, string>> = {
  30: '#3b4252',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#56d4dd',
  37: '#d0d7de',
  90: '#8b949e',
  91: '#ffa198',
  92: '#a5f0b5',
  93: '#f2cc60',
  94: '#a5d6ff',
  95: '#e2c5ff',
  96: '#9be9ef',
  97: '#ffffff',
};

interface Look {
  readonly colour: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

const plain: Look = { colour: undefined, bold: false, dim: false };
const lines = readFileSync(0, 'utf8')
  .replaceAll('\r', '')
  .replace(/\n+$/, '')
  .split('\n')
  .map(piecesOf);
const columns = Math.max(
  ...lines.map((pieces) => pieces.reduce((sum, { text }) => sum + Array.from(text).length, 0)),
);
const width = Math.ceil(columns * cell.width + 2 * margin.left);
const height = lines.length * cell.height + margin.top + margin.bottom;

writeFileSync(
  file,
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>`,
    ...['#ff5f56', '#ffbd2e', '#27c93f'].map(
      (dot, at) => `<circle cx="${20 + at * 20}" cy="18" r="6" fill="${dot}"/>`,
    ),
    `<text x="${width / 2}" y="22" fill="#8b949e" text-anchor="middle" font-family="sans-serif" font-size="13">${escaped(title)}</text>`,
    '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\',monospace" font-size="14" xml:space="preserve">',
    ...lines.flatMap((pieces, row) => lineOf(pieces, margin.top + (row + 0.75) * cell.height)),
    '</g></svg>',
    '',
  ].join('\n'),
);

function piecesOf(line: string): readonly { readonly text: string; readonly look: Look }[] {
  let look = plain;
  return line.split(/(\u001b\[[0-9;]*m)/).flatMap((part) => {
    if (!part.startsWith('\u001b[')) return part === '' ? [] : [{ text: part, look }];
    for (const code of part.slice(2, -1).split(';').map(Number)) look = changed(look, code);
    return [];
  });
}

function changed(look: Look, code: number): Look {
  if (code === 0) return plain;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, colour: undefined };
  return colours[code] === undefined ? look : { ...look, colour: colours[code] };
}

// Each piece stands at its own column, so that a font with other widths keeps the lanes straight.
function lineOf(pieces: ReturnType<typeof piecesOf>, y: number): readonly string[] {
  let column = 0;
  return pieces.flatMap(({ text, look }) => {
    const x = margin.left + column * cell.width;
    const cells = Array.from(text).length;
    column += cells;
    if (text.trim() === '') return [];
    const weight = look.bold ? ' font-weight="bold"' : '';
    const faint = look.dim ? ' opacity="0.65"' : '';
    const length = (cells * cell.width).toFixed(1);
    return `<text x="${x.toFixed(1)}" y="${y}" fill="${look.colour ?? '#e6edf3'}"${weight}${faint} textLength="${length}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
