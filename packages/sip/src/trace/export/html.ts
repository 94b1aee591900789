// A call as one page for a ticket: verdict, ladder, media. No script, nothing from elsewhere, everything escaped.
import type {
  CallDocument,
  LineDocument,
  NegotiationDocument,
  StreamDocument,
} from '../document/document.ts';
import type { Certainty, Explanation, Finding, Sentence } from '../explain/explanation.ts';
import { columnsOf, htmlLadder } from './html-ladder.ts';
import { styleOf } from './html-style.ts';
import { html } from './html-text.ts';
import { framesText, questions } from './text.ts';

/** The page. It stands by itself, in light and dark, on screen and on paper. */
export function toHtml(document: CallDocument, explanation: Explanation): string {
  const { from, to, method, startedAt, outcome, id } = document;
  const title = `${method} ${from} to ${to}`;
  const columns = Math.max(1, columnsOf(document).length);
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${html(title)}</title><style>${styleOf(columns)}</style></head><body><main>`,
    `<h1>${html(title)}</h1>`,
    `<p class="soft">${html(isoDate(startedAt))} · Call-ID ${html(id)} · ${html(outcome.text)}</p>`,
    verdict(explanation),
    findings(explanation),
    `<h2>Messages</h2>${htmlLadder(document)}`,
    negotiations(document),
    streams(document),
    diverging(document, explanation),
    lint(explanation),
    missing(document),
    '</main></body></html>\n',
  ].join('\n');
}

const certainties: Readonly<Record<Certainty, string>> = {
  recorded: 'recorded by who took part',
  inferred: 'inferred from the messages that were captured',
  'cannot tell from here': 'it cannot be told from here',
};

function verdict({ verdict: told }: Explanation): string {
  const rows = questions.map(([key, name]) => `<dt>${name}</dt><dd>${sentence(told[key])}</dd>`);
  const certainty = told.wanted === undefined ? '' : ` To know more: ${html(told.wanted)}`;
  const kind = told.finding?.severity === 'fault' ? ' fault' : '';
  return `<section class="verdict${kind}" aria-label="Verdict"><dl>${rows.join('')}</dl><p class="soft">Certainty: ${certainties[told.certainty]}.${certainty}</p></section>`;
}

function sentence(told: Sentence): string {
  return `${html(told.text)} <span class="soft">${framesText(told)}</span>`;
}

function findings({ verdict: { finding: told }, findings: all }: Explanation): string {
  const others = all.filter((finding) => finding !== told);
  if (others.length === 0) return '';
  const item = ({ title, happened, todo, section }: Finding): string =>
    `<li><b>${html(title)}</b>: ${sentence(happened)} ${html(todo.text)} <span class="soft">${html(section)}</span></li>`;
  return `<h2>Also found</h2><ul>${others.map(item).join('')}</ul>`;
}

function negotiations(document: CallDocument): string {
  const name = (id: number): string => nameOf(document, id);
  const rows = document.negotiations
    .slice(0, 50)
    .flatMap((negotiation) => negotiationRows(negotiation, name));
  if (rows.length === 0) return '';
  return table('Offers and answers', ['Line', 'Offered', 'Answered', 'Changed'], rows);
}

function negotiationRows(
  { lines, offerer, answerer, refusal }: NegotiationDocument,
  name: (id: number) => string,
): readonly (readonly string[])[] {
  return lines.map(({ index, media, offered, answered, changed }) => [
    `${index} ${media}`,
    `${name(offerer)}: ${lineText(offered)}`,
    answered === undefined
      ? refusal === undefined
        ? 'no answer'
        : 'refused'
      : `${name(answerer)}: ${lineText(answered)}`,
    changed.join(', '),
  ]);
}

function lineText({
  port,
  protocol,
  address,
  direction,
  codecs,
  encryption,
}: LineDocument): string {
  if (port === 0) return 'off';
  const names = codecs.slice(0, 8).map((codec) => codec.name);
  const keys = encryption === undefined ? '' : `, ${encryption}`;
  return `${names.join(' ')}, ${direction}, ${address ?? '?'}:${port}, ${protocol}${keys}`;
}

function streams({ streams: all }: CallDocument): string {
  if (all.length === 0) return '';
  const rows = all.slice(0, 50).map((stream) => streamRow(stream));
  const heads = ['From', 'To', 'Codec', 'Packets', 'Lost', 'Jitter', 'Longest pause', 'MOS'];
  return table('RTP streams', heads, rows);
}

function streamRow(stream: StreamDocument): readonly string[] {
  const { source, destination, codec, packets, lost, meanJitter, maxDelta, mos } = stream;
  return [
    `${source.host}:${source.port}`,
    `${destination.host}:${destination.port}`,
    codec ?? stream.payloadTypes.join(' '),
    String(packets),
    String(lost),
    `${meanJitter.toFixed(1)} ms`,
    `${Math.round(maxDelta)} ms`,
    mos === undefined ? '' : mos.toFixed(2),
  ];
}

function diverging(document: CallDocument, { divergences }: Explanation): string {
  if (divergences.length === 0) return '';
  const rows = divergences.map(({ party, frame, theirs, ours, section }) => [
    nameOf(document, party),
    String(frame),
    theirs,
    ours,
    section,
  ]);
  const heads = ['Who', 'Frame', 'What it did', 'What Offhook does', 'Where'];
  return table('Where Offhook would have done otherwise', heads, rows);
}

function nameOf({ parties }: CallDocument, id: number): string {
  const party = parties.find((one) => one.id === id);
  return party?.name ?? party?.addresses[0] ?? `party ${id}`;
}

function lint({ lint: remarks }: Explanation): string {
  const rows = remarks
    .slice(0, 100)
    .map(({ frame, strength, text, section }) => [String(frame), strength, text, section]);
  return rows.length === 0
    ? ''
    : table('Departures from the RFCs', ['Frame', 'Strength', 'What', 'Where'], rows);
}

function missing({ missing: texts }: CallDocument): string {
  if (texts.length === 0) return '';
  return `<h2>Not known</h2><ul>${texts.map((text) => `<li>${html(text)}</li>`).join('')}</ul>`;
}

function table(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const head = heads.map((text) => `<th scope="col">${html(text)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell) => `<td>${html(cell)}</td>`).join('')}</tr>`)
    .join('');
  return `<h2>${html(title)}</h2><div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Date and time in UTC; what no date can be is left out. */
function isoDate(at: number): string {
  if (!Number.isFinite(at) || Math.abs(at) >= 8.64e15) return '';
  // oxlint-disable-next-line no-restricted-globals -- writes a time that is given, and reads no clock
  return new Date(at).toISOString();
}
