// The ladder of an exported page: one row a message with its chips, the whole message folded below it.
import type {
  CallDocument,
  ChangeDocument,
  MessageDocument,
  PartyDocument,
  StepDocument,
} from '../document/document.ts';
import { seconds } from '../explain/note.ts';
import { toneOf } from '../explain/style.ts';
import { mostColumns } from './html-style.ts';
import { html, htmlLines } from './html-text.ts';

/** A page beyond this is too long to be read, and slow to open. */
const mostMessages = 1000;

/** The parties of a ladder in the order of their columns. */
export function columnsOf({ parties, messages }: CallDocument): readonly PartyDocument[] {
  const seen = new Set(messages.flatMap(({ from, to }) => [from, to]));
  return parties.filter(({ id }) => seen.has(id)).slice(0, mostColumns);
}

/** The ladder of a document. */
export function htmlLadder(document: CallDocument): string {
  const columns = columnsOf(document);
  const { messages, startedAt } = document;
  const shown = messages.slice(0, mostMessages);
  const last = shown.at(-1)?.at ?? 0;
  const rows = [
    ...shown.map((message) => ({ at: message.at, row: messageRow(message, columns, startedAt) })),
    ...document.steps
      .filter(({ at }) => messages.length <= mostMessages || at <= last)
      .slice(0, mostMessages)
      .map((step) => ({ at: step.at, row: stepRow(step, columns, startedAt) })),
  ].toSorted((one, other) => one.at - other.at);
  const more =
    messages.length > shown.length
      ? `<p class="soft">${messages.length - shown.length} more messages are left out.</p>`
      : '';
  return `<div class="ladder">${headRow(columns)}${rows.map(({ row }) => row).join('\n')}</div>${more}`;
}

function headRow(columns: readonly PartyDocument[]): string {
  const heads = columns.map(({ id, name, addresses, product }, index) => {
    const [address = ''] = addresses;
    const lines = [name === undefined ? '' : address, product ?? ''].filter((line) => line !== '');
    const small = lines.map((line) => `<span class="soft">${html(line)}</span>`).join('<br>');
    const title = name ?? (address === '' ? `party ${id}` : address);
    return `<div class="head c${index + 1}"><b>${html(title)}</b>${small}</div>`;
  });
  return `<div class="row heads"><span class="num">frame</span><span class="num">time</span><div class="lane">${heads.join('')}</div><span></span></div>`;
}

function messageRow(
  message: MessageDocument,
  columns: readonly PartyDocument[],
  startedAt: number,
): string {
  const { frame, at, labels, matched, changes, text, protocol } = message;
  const chips = labels.map(({ lane, number, source }) => {
    const mark = source === 'inferred' ? '~' : '';
    return `<span class="chip ${lane}">${mark}${lane}${number}</span>`;
  });
  const why = matched.map((sentence) => `<li>${html(sentence)}</li>`);
  const moved = changes.map((change) => `<li>${changeText(change, columns, at)}</li>`);
  const lists = [...why, ...moved];
  return [
    `<details id="m${message.number}"><summary class="row"><span class="num">${frame > 0 ? frame : ''}</span>`,
    `<span class="num">+${html(seconds(at - startedAt))}</span>`,
    `<div class="lane">${life(columns)}${arrow(message, columns)}</div>`,
    `<span>${chips.join('')}<span class="soft">${html(protocol)}</span></span></summary>`,
    lists.length === 0 ? '' : `<ul>${lists.join('')}</ul>`,
    `<pre>${htmlLines(text)}</pre></details>`,
  ].join('');
}

function arrow(message: MessageDocument, columns: readonly PartyDocument[]): string {
  const { from, to, title, status, resend, lost } = message;
  const [start, end] = [columnOf(columns, from), columnOf(columns, to)];
  const again = resend === 0 ? '' : `, again (${resend})`;
  const label = `<span class="label">${html(`${title}${again}`.slice(0, 60))}</span>`;
  const looks = [toneOf(status), ...(resend > 0 ? ['again'] : []), ...(lost ? ['lost'] : [])];
  if (start === end) return `<p class="arrow self c${start} ${looks.join(' ')}">${label}</p>`;
  const place = `a${Math.min(start, end)}-${Math.max(start, end)}`;
  return `<p class="arrow ${place} ${end > start ? 'right' : 'left'} ${looks.join(' ')}">${label}</p>`;
}

function stepRow(
  { at, party, change, frame }: StepDocument,
  columns: readonly PartyDocument[],
  startedAt: number,
): string {
  const { label, event, after } = change;
  const lane = label === undefined ? '' : `${label.lane}${label.number} `;
  const text = `${lane}${event}: ${after}`;
  return [
    `<div class="row"><span class="num">${frame > 0 ? frame : ''}</span>`,
    `<span class="num">+${html(seconds(at - startedAt))}</span>`,
    `<div class="lane">${life(columns)}<span class="step c${columnOf(columns, party)}">${html(text)}</span></div><span></span></div>`,
  ].join('');
}

function life(columns: readonly PartyDocument[]): string {
  return `<span class="life">${columns.map(() => '<i></i>').join('')}</span>`;
}

/** From 1; who has no column is drawn in the last. */
function columnOf(columns: readonly PartyDocument[], party: number): number {
  const index = columns.findIndex(({ id }) => id === party);
  return index < 0 ? Math.max(1, columns.length) : index + 1;
}

function changeText(
  { party, subject, event, before, after, section, stray, started }: ChangeDocument,
  columns: readonly PartyDocument[],
  at: number,
): string {
  const whose = columns.find(({ id }) => id === party);
  const name = whose === undefined ? '' : `${whose.name ?? whose.addresses[0] ?? ''}, `;
  const path = before === undefined || before === after ? after : `${before} → ${after}`;
  const timers = started.map((timer) => `${timer.name} in ${seconds(Math.max(0, timer.due - at))}`);
  const rest = [
    ...(timers.length === 0 ? [] : [`timers: ${timers.join(', ')}`]),
    ...(section === undefined ? [] : [section]),
  ];
  const what = stray ? `${event} changes nothing in ${after}` : `${event}: ${path}`;
  return html(`${name}${subject}: ${what}${rest.length === 0 ? '' : ` (${rest.join('; ')})`}`);
}
