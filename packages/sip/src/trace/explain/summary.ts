// The first and the last line of a call: who called whom, and what came of it.
import type { MediaReported } from '../../base/tap.ts';
import type { Call, Party } from '../correlate/labelled.ts';
import type { Look } from './look.ts';
import { seconds } from './note.ts';
import { cells, cut, harmless, wrap } from './show.ts';
import { piece } from './style.ts';
import type { Glyphs, Line, Tone } from './style.ts';

/** A call, its number in the story, and the time of day at which it began where that is told. */
export interface Numbered {
  readonly call: Call;
  readonly number: number;
  /** The number of an earlier call that it is a leg of, where there is one. */
  readonly legOf?: number | undefined;
  readonly clock?: string | undefined;
}

/** The line above a call: `== call 1: INVITE sip:alice@a -> sip:bob@b ====`. */
export function callHeading(
  { call, number, legOf, clock }: Numbered,
  { glyphs, width }: Look,
): Line {
  const show = (text: string): string => harmless(text, glyphs.unicode);
  const rule = glyphs.rule;
  const who =
    call.method === ''
      ? 'no message yet'
      : call.from === call.to
        ? `${show(call.method)} ${show(call.from)}`
        : `${show(call.method)} ${show(call.from)} ${glyphs.becomes} ${show(call.to)}`;
  const time = clock === undefined ? '' : `${clock}${glyphs.dot} `;
  const leg = legOf === undefined ? '' : `leg of call ${legOf}${glyphs.dot} `;
  const left = `${rule}${rule} call ${number}${glyphs.dot} ${leg}${time}${cut(who, width - 24, glyphs.more)} `;
  const room = width - cells(left) - 6;
  const callId =
    room < 12 ? '' : ` Call-ID ${cut(show(call.callId), Math.min(32, room - 10), glyphs.more)} `;
  const dash = Math.max(2, width - cells(left) - cells(callId) - 2);
  return [
    piece(left, 'heading'),
    piece(rule.repeat(dash), 'dim'),
    piece(callId, 'dim'),
    piece(rule.repeat(2), 'dim'),
  ];
}

/** The line below a call: what came of it, how long it took, and how many of each of the three things it had. */
export function callSummary({ call, number }: Numbered, { glyphs, width }: Look): readonly Line[] {
  const [outcome, counts] = [`call ${number}: ${outcomeText(call, glyphs)}`, countsText(call)];
  const mark = `${glyphs.rule}${glyphs.rule} `;
  const whole = `${outcome} | ${counts}`;
  const texts =
    cells(whole) <= width - 3
      ? [whole]
      : [outcome, counts].flatMap((text) => wrap(text, width - 3, glyphs.more));
  const tone = toneOfCall(call);
  return [
    ...texts.map((line, index): Line => [
      piece(index === 0 ? mark : '   ', 'dim'),
      piece(line, tone),
    ]),
    ...call.reports.slice(0, 4).map((report): Line => {
      const text = harmless(qualityText(report), glyphs.unicode);
      return [piece('   '), piece(cut(text, width - 3, glyphs.more), 'S')];
    }),
  ];
}

/** The first of the two lines by which a busy server tells a call. */
export function shortBegin({ call, number }: Numbered, look: Look): Line {
  return beginLine({ number, from: call.from, to: call.to }, look);
}

/** The last of the two. */
export function shortEnd({ call, number }: Numbered, look: Look): Line {
  return endLine(number, outcomeText(call, look.glyphs), toneOfCall(call), look);
}

/** What came of it, in the fewest words: `answered`, `cancelled`, `486 Busy Here`. */
export function shortOutcome({ outcome }: Call): string {
  if (outcome.timedOut) return 'not answered';
  if (outcome.undelivered) return 'not delivered';
  if (outcome.status === undefined) return 'without an end';
  if (outcome.status < 300) return 'answered';
  return outcome.cancelledBy === undefined
    ? `${outcome.status} ${outcome.reason ?? ''}`.trimEnd()
    : 'cancelled';
}

/** `call 7 begins: sip:alice@a -> sip:bob@b`. */
export function beginLine(
  call: { readonly number: number; readonly from: string; readonly to: string },
  { glyphs, width }: Look,
): Line {
  const who = `${harmless(call.from, glyphs.unicode)} ${glyphs.becomes} ${harmless(call.to, glyphs.unicode)}`;
  return [piece(cut(`   call ${call.number} begins: ${who}`, width, glyphs.more))];
}

/** `call 7: answered in 0.2 s, up 4 s, ended by alice`. */
export function endLine(number: number, what: string, tone: Tone, { glyphs, width }: Look): Line {
  const text = `   call ${number}: ${harmless(what, glyphs.unicode)}`;
  return [piece(cut(text, width, glyphs.more), tone)];
}

/** What came in over one media line: `alice heard PCMU: 205 of 207 packets, 1 % lost, jitter 3.1 ms; sent 206`. */
export function qualityText(report: MediaReported): string {
  const { receivedPackets, lostPackets, sentPackets, jitterMilliseconds } = report;
  const codec = report.codec === undefined ? '' : ` ${report.codec}`;
  const sent = `sent ${sentPackets}`;
  if (receivedPackets === 0)
    return `${report.endpoint} heard nothing${codec === '' ? '' : ` of${codec}`}; ${sent}`;
  const all = receivedPackets + lostPackets;
  const lost =
    lostPackets === 0 ? 'none lost' : `${Number(((100 * lostPackets) / all).toFixed(1))} % lost`;
  return `${report.endpoint} heard${codec}: ${receivedPackets} of ${all} packets, ${lost}, jitter ${jitterMilliseconds.toFixed(1)} ms; ${sent}`;
}

/** What came of the call, in words. */
export function outcomeText(call: Call, glyphs: Glyphs): string {
  const { outcome } = call;
  const name = (party: Party | undefined): string =>
    party === undefined ? 'somebody' : harmless(party.name ?? party.address, glyphs.unicode);
  const status =
    outcome.status === undefined
      ? ''
      : harmless(`${outcome.status} ${outcome.reason ?? ''}`.trimEnd(), glyphs.unicode);
  if (outcome.timedOut)
    return `no answer, given up after ${seconds((outcome.endedAt ?? call.lastAt) - call.startedAt)}`;
  if (outcome.undelivered) return 'could not be delivered';
  if (outcome.status === undefined)
    return outcome.cancelledBy === undefined
      ? 'no final response yet'
      : 'cancelled, no final response yet';
  if (outcome.status >= 300) {
    if (outcome.cancelledBy !== undefined) {
      return `cancelled by ${name(outcome.cancelledBy)} after ${seconds(call.lastAt - call.startedAt)} (${status})`;
    }
    return outcome.asked ? `credentials asked for, none given (${status})` : `refused: ${status}`;
  }
  switch (call.method) {
    case 'INVITE': {
      const answered = outcome.answeredAt ?? call.startedAt;
      const after = `answered in ${seconds(answered - call.startedAt)}`;
      if (outcome.endedAt === undefined) return `${after}, still up`;
      return `${after}, up ${seconds(outcome.endedAt - answered)}, ended by ${name(outcome.endedBy)}`;
    }
    case 'REGISTER':
      return outcome.binding?.kind === 'removed' ? 'unregistered' : 'registered';
    case 'MESSAGE':
      return `delivered (${status})`;
    case 'SUBSCRIBE':
      return `subscribed (${status})`;
    default:
      return `answered ${status}`;
  }
}

function toneOfCall(call: Call): Tone {
  const good = isGood(call);
  return good === undefined ? 'heading' : good ? 'success' : 'failure';
}

function isGood(call: Call): boolean | undefined {
  const { status, timedOut, undelivered, cancelledBy } = call.outcome;
  if (timedOut || undelivered) return false;
  if (status === undefined) return undefined;
  return status < 300 ? true : cancelledBy === undefined ? false : undefined;
}

function countsText(call: Call): string {
  const lanes = [
    count(call.transactions, 'transaction'),
    count(call.dialogs, 'dialog'),
    count(call.sessions, 'session'),
  ].join(', ');
  const resent =
    call.resent === 0 ? '' : `, ${call.resent} of ${count(call.messages, 'message')} resent`;
  return `${lanes}${resent}`;
}

function count(number: number, noun: string): string {
  return `${number === 0 ? 'no' : number} ${noun}${number === 1 ? '' : 's'}`;
}
