// The screen as lines of spans: what is where, and in which tone; a terminal makes colours of it.
import type { CallSummary } from '@offhook/sip/trace';
import { shown } from '../output.ts';
import { stateOf } from './call-state.ts';
import { flowOf } from './flow.ts';
import type { Flow, FlowRow } from './flow.ts';
import { messageLines, rawLines } from './raw.ts';
import { shownCalls } from './shown-calls.ts';
import { viewOf } from './state.ts';
import type { Column, Scene, ScreenState } from './state.ts';
import { clockTime } from './time.ts';

/** How a span looks. */
export type Tone =
  | 'plain'
  | 'bold'
  | 'dim'
  | 'bar'
  | 'cursor'
  | 'red'
  | 'green'
  | 'yellow'
  | 'blue'
  | 'cyan'
  | 'magenta';

/** Some characters of a line. */
export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the screen. */
export type Line = readonly Span[];

/** The whole screen, `scene.rows` lines at most. */
export function draw(state: ScreenState, scene: Scene): readonly Line[] {
  const body = bodyOf(state, scene);
  const room = Math.max(0, scene.rows - 2);
  const filled = [
    ...body.slice(0, room),
    ...Array.from({ length: Math.max(0, room - body.length) }, () => []),
  ];
  return [titleLine(state, scene), ...filled, lastLine(state, scene)].map((line) =>
    cut(line, scene.columns),
  );
}

function bodyOf(state: ScreenState, scene: Scene): readonly Line[] {
  switch (viewOf(state)) {
    case 'list':
      return listLines(state, scene);
    case 'flow':
      return flowLines(state, scene);
    case 'raw':
      return rawLines(state, scene)
        .slice(state.scroll)
        .map((line) => [span(line)]);
    case 'counts':
      return countLines(state, scene);
    case 'help':
      return helpLines;
  }
}

function titleLine(state: ScreenState, scene: Scene): Line {
  const shownCount = shownCalls(state, scene).length;
  const all = scene.calls.length;
  const count = shownCount === all ? `${all}` : `${shownCount} of ${all}`;
  const filters = [state.filter, state.search].filter((text) => text !== '').join(' + ');
  // Where it comes from may be long, and is known to whoever typed it.
  const words = [
    'offhook trace',
    ...(state.isPaused ? ['PAUSED'] : []),
    `${count} ${all === 1 ? 'call' : 'calls'}`,
    ...(filters === '' ? [] : [`filter: ${filters}`]),
    scene.source,
  ];
  return [{ text: ` ${shown(words.join('  |  '))}`.padEnd(scene.columns), tone: 'bar' }];
}

function lastLine(state: ScreenState, scene: Scene): Line {
  const { prompt, told } = state;
  if (prompt !== undefined)
    return [span(` ${promptWords[prompt.to]}: `, 'bold'), span(`${shown(prompt.text)}_`)];
  if (told !== '') return [span(` ${shown(told)}`, 'yellow')];
  const text = ` ${hintsIn(hints[viewOf(state)], scene.columns - 2).join('  ')}`;
  return [{ text: text.padEnd(scene.columns), tone: 'bar' }];
}

/** As many hints as there is room for; the last ones say how to learn of the others and how to leave. */
function hintsIn(all: readonly string[], room: number): readonly string[] {
  const last = all.slice(-2);
  let left = room - last.join('  ').length;
  const first = all.slice(0, -2).filter((hint) => (left -= hint.length + 2) >= 0);
  return [...first, ...last];
}

const promptWords = { search: 'Search', filter: 'Filter', save: 'Save as (.pcap, .txt, .ndjson)' };

const hints = {
  list: [
    ...['Enter flow', 'Space select', '/ search', 'f filter', 's save', 'p pause', 'x all legs'],
    ...['r raw', '< > sort', 'i counts', 'h help', 'q quit'],
  ],
  flow: ['Enter message', 'r raw', 'x legs', 'd SDP', 'c colours', 's save', 'h help', 'Esc back'],
  raw: ['Up Down PgUp PgDn', 'Esc back'],
  counts: ['Esc back'],
  help: ['Esc back'],
};

interface ListColumn {
  readonly column: Column;
  readonly title: string;
  readonly width: number;
  readonly value: (call: CallSummary) => string;
}

/** The columns of the list; From and To share what is left. How a call goes is seen on every screen, its addresses on wide ones. */
function listColumns(width: number): readonly ListColumn[] {
  const isWide = width >= 120;
  // Of what is left at the right a fault is told.
  const fixed = 3 + 13 + 10 + 6 + 12 + (isWide ? 22 + 22 : 0) + (width >= 100 ? 16 : 0);
  const address = Math.max(12, Math.floor((width - fixed) / 2));
  const columns: readonly ListColumn[] = [
    { column: 'start', title: 'Time', width: 13, value: ({ startedAt }) => clockTime(startedAt) },
    { column: 'method', title: 'Method', width: 10, value: ({ method }) => method },
    { column: 'from', title: 'From', width: address, value: ({ from }) => bare(from) },
    { column: 'to', title: 'To', width: address, value: ({ to }) => bare(to) },
    { column: 'messages', title: 'Msgs', width: 6, value: ({ messages }) => String(messages) },
    { column: 'source', title: 'Source', width: 22, value: ({ caller }) => caller ?? '' },
    { column: 'destination', title: 'Destination', width: 22, value: ({ callee }) => callee ?? '' },
    { column: 'state', title: 'State', width: 12, value: stateOf },
  ];
  return columns.filter(
    ({ column }) => isWide || (column !== 'source' && column !== 'destination'),
  );
}

/** An address without its scheme, which says nothing where nearly all have the same. */
function bare(uri: string): string {
  return uri.replace(/^sip:/i, '');
}

function listLines(state: ScreenState, scene: Scene): readonly Line[] {
  const calls = shownCalls(state, scene);
  const all = listColumns(scene.columns);
  const arrow = state.isDescending ? 'v' : '^';
  const head = all.map(({ column, title, width }) =>
    fit(column === state.sort ? `${title}${arrow}` : title, width),
  );
  const found = calls.findIndex(({ id }) => id === state.cursor);
  const at = found >= 0 ? found : state.follows ? calls.length - 1 : 0;
  const room = Math.max(1, scene.rows - 3);
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), calls.length - room));
  const lines = calls.slice(first, first + room).map((call, place) => {
    const isCursor = first + place === at;
    const mark = `${isCursor ? '>' : ' '}${state.marked.has(call.id) ? '*' : ' '} `;
    const text = mark + all.map(({ width, value }) => fit(shown(value(call)), width)).join('');
    const fault = call.faults.length > 0 ? ` ${call.rules[0] ?? ''}` : '';
    if (isCursor) return [span((text + fault).padEnd(scene.columns), 'cursor')];
    return [span(text, toneOfCall(call, state)), span(fault, 'red')];
  });
  return [[span(`   ${head.join('')}`, 'bold')], ...lines];
}

function toneOfCall(call: CallSummary, { colours }: ScreenState): Tone {
  if (colours === 'none') return 'plain';
  if (colours === 'call') return toneOfText(call.id);
  const state = stateOf(call);
  if (state === 'IN CALL') return 'green';
  if (call.faults.length > 0) return 'red';
  return state === 'CALL SETUP' ? 'yellow' : 'plain';
}

/** Columns of the time at the left of a flow. */
const timeWidth = 24;
/** What the labels after the last lane take. */
const labelsWidth = 9;
/** Lanes are no narrower; beyond the screen they are cut. */
const narrowest = 14;

function flowLines(state: ScreenState, scene: Scene): readonly Line[] {
  const flow = flowOf(state, scene);
  const raw = scene.columns >= 130 ? Math.floor(scene.columns * 0.4) : 0;
  const room = scene.columns - timeWidth - raw;
  // After the middle of the last lane there is half a lane for its labels.
  const lanes = Math.max(1, flow.lanes.length);
  const most = Math.min(Math.floor(room / lanes), Math.floor((room - labelsWidth) / (lanes - 0.5)));
  const width = Math.max(narrowest, most);
  const names = flow.lanes.map(({ name, address }) =>
    centre(shown(name === '' ? shortOf(address, width) : name), width),
  );
  const addresses = flow.lanes.map(({ address }) => centre(shown(shortOf(address, width)), width));
  const visible = Math.max(1, scene.rows - 4);
  const first = Math.max(
    0,
    Math.min(state.row - Math.floor(visible / 2), flow.rows.length - visible),
  );
  const preview = raw > 0 ? previewOf(flow, state) : [];
  const lines: Line[] = [
    [span(' '.repeat(timeWidth)), span(names.join(''), 'bold')],
    [span(' '.repeat(timeWidth)), span(addresses.join(''), 'dim')],
    ...flow.rows
      .slice(first, first + visible)
      .map((row, place) =>
        flowLine(row, { flow, state, width, isCursor: first + place === state.row }),
      ),
  ];
  if (flow.rows.length === 0)
    lines.push([span('   Nothing of this call is known any more.', 'dim')]);
  if (raw === 0) return lines;
  const count = Math.max(lines.length, preview.length);
  return Array.from({ length: count }, (_, at) => {
    const left = lines[at] ?? [];
    return [...padded(left, scene.columns - raw), span('| ', 'dim'), span(preview[at] ?? '')];
  });
}

/** An address without its port where there is no room for both. */
function shortOf(address: string, width: number): string {
  return address.length < width ? address : address.replace(/:\d+$/, '');
}

function previewOf(flow: Flow, { row }: ScreenState): readonly string[] {
  const chosen = flow.rows[row];
  return chosen === undefined ? [] : messageLines(chosen);
}

interface FlowLook {
  readonly flow: Flow;
  readonly state: ScreenState;
  /** Of a lane. */
  readonly width: number;
  readonly isCursor: boolean;
}

function flowLine(row: FlowRow, { flow, state, width, isCursor }: FlowLook): Line {
  const { message, from, to } = row;
  const time = fit(
    `${isCursor ? '>' : ' '} ${clockTime(message.at)} ${delta(message.delta)}`,
    timeWidth,
  );
  const lanes = flow.lanes.length;
  const [left, right] = from <= to ? [from, to] : [to, from];
  const title = titleOf(row, state);
  // From the middle of one lane to the middle of the other; a message to itself has a mark alone.
  const inside = Math.max(0, (right - left) * width - 1);
  const line = inside === 0 ? '' : arrowOf(title, inside, from < to);
  const before = Array.from(
    { length: left + 1 },
    (_, lane) => `${' '.repeat(laneGap(lane, width))}|`,
  ).join('');
  const between = inside === 0 ? ` ${title}` : `${line}|`;
  const after = Array.from({ length: lanes - right - 1 }, () => `${' '.repeat(width - 1)}|`).join(
    '',
  );
  const text = before + between + (inside === 0 ? '' : after);
  const labels = message.labels.map(({ lane, number }) => `${lane}${number}`).join(' ');
  const tone = isCursor ? 'bold' : toneOfRow(row, state);
  return [span(time, isCursor ? 'bold' : 'dim'), span(text, tone), span(` ${labels}`, 'dim')];
}

function laneGap(lane: number, width: number): number {
  return lane === 0 ? Math.floor(width / 2) : width - 1;
}

function titleOf({ message }: FlowRow, { showsSdp }: ScreenState): string {
  const { title, sdp, resend, lost } = message;
  const again = resend > 0 ? ` (${resend + 1})` : '';
  const body = sdp === undefined ? '' : showsSdp ? ` ${sdpText(message.text)}` : ' (SDP)';
  return shown(`${title}${body}${again}${lost ? ' LOST' : ''}`);
}

/** Where audio is wanted and in which formats, as the session description says. */
function sdpText(text: string): string {
  const host = /^c=IN IP[46] (\S+)/m.exec(text)?.[1] ?? '';
  const port = /^m=\S+ (\d+)/m.exec(text)?.[1] ?? '';
  const codecs = [...text.matchAll(/^a=rtpmap:\d+ ([^\s/]+)/gm)].map(([, name]) => name);
  return `(${host}:${port} ${codecs.slice(0, 3).join(' ')})`;
}

function arrowOf(title: string, width: number, isForth: boolean): string {
  const room = Math.max(0, width - 4);
  const text = title.length > room ? `${title.slice(0, Math.max(0, room - 1))}~` : title;
  const rest = Math.max(0, width - text.length - 3);
  const left = Math.floor(rest / 2);
  const [head, tail] = isForth ? ['', '>'] : ['<', ''];
  return `${head}${'-'.repeat(left)} ${text} ${'-'.repeat(rest - left)}${tail}`;
}

function toneOfRow({ message, call }: FlowRow, { colours }: ScreenState): Tone {
  switch (colours) {
    case 'none':
      return 'plain';
    case 'call':
      return toneOfText(`${call} ${message.method} ${message.cseq ?? 0}`);
    case 'title':
      if (message.status === undefined) return 'cyan';
      if (message.status >= 400) return 'red';
      return message.status >= 200 ? 'green' : 'yellow';
  }
}

function toneOfText(text: string): Tone {
  const tones = ['cyan', 'yellow', 'magenta', 'green', 'blue', 'red'] as const;
  let sum = 0;
  for (const char of text) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 65_521;
  return tones[sum % tones.length] ?? 'plain';
}

function delta(milliseconds: number): string {
  return milliseconds < 1 ? '' : `+${(milliseconds / 1000).toFixed(3)}`;
}

function countLines(state: ScreenState, scene: Scene): readonly Line[] {
  const calls = shownCalls(state, scene);
  const sum = (of: (call: CallSummary) => number): number =>
    calls.reduce((all, call) => all + of(call), 0);
  return [
    [],
    ...table('Calls and other exchanges', [
      ['all', calls.length],
      ['over', calls.filter(({ over }) => over).length],
      ['with a fault', calls.filter(({ faults }) => faults.length > 0).length],
      ['messages', sum(({ messages }) => messages)],
      ['sent again', sum(({ resent }) => resent)],
    ]),
    ...table('By method', counted(calls.map(({ method }) => method))),
    ...table(
      'Calls by state',
      counted(calls.filter(({ method }) => method === 'INVITE').map((call) => stateOf(call))),
    ),
    ...table('By fault', counted(calls.flatMap(({ rules }) => rules))),
  ];
}

function counted(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one);
}

function table(title: string, rows: readonly (readonly [string, number])[]): readonly Line[] {
  if (rows.length === 0) return [];
  return [
    [span(`   ${title}`, 'bold')],
    ...rows
      .slice(0, 12)
      .map(([name, count]) => [span(`     ${fit(shown(name), 28)}${String(count).padStart(8)}`)]),
    [],
  ];
}

const helpLines: readonly Line[] = [
  '',
  '   Anywhere     Up Down PgUp PgDn Home End, or k j g G: move       Esc, q: back       F1 h ?: this',
  '                c, F8: colours by message, by call, none           i: counts          Ctrl+C: end',
  '',
  '   List         Enter: flow of the call      x: with all its legs     r: its messages raw',
  '                Space: select calls; Enter, x, r and s then take all of them',
  '                /, F3: search while typing   f, F7: filter such as   from:alice status:4xx -method:OPTIONS fault:8',
  '                < >: column to sort by       z: other way round       A: stay at the newest',
  '                p: pause                     F5: clear the list       s, F2: save as .pcap, .txt or .ndjson',
  '',
  '   Flow         Enter: message raw           r: all raw               x: all legs, or the first alone',
  '                d: addresses and formats of session descriptions      s, F2: save',
  '',
  '   T1 D1 S1     the transaction, the dialog and the session that a message belongs to',
].map((text) => [span(text)]);

function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

function fit(text: string, width: number): string {
  return text.length < width ? text.padEnd(width) : `${text.slice(0, Math.max(0, width - 2))}~ `;
}

function centre(text: string, width: number): string {
  const cutText = text.length >= width ? text.slice(0, width - 1) : text;
  const left = Math.max(0, Math.floor(width / 2) - Math.floor(cutText.length / 2));
  return `${' '.repeat(left)}${cutText}`.padEnd(width).slice(0, width);
}

function padded(line: Line, width: number): Line {
  const short = cut(line, width);
  const length = short.reduce((sum, { text }) => sum + text.length, 0);
  return [...short, span(' '.repeat(width - length))];
}

function cut(line: Line, width: number): Line {
  const short: Span[] = [];
  let left = width;
  for (const { text, tone } of line) {
    if (left <= 0) break;
    short.push({ text: text.slice(0, left), tone });
    left -= text.length;
  }
  return short;
}
