// The first and the last line of a call: who called whom, and what came of it.
import type { Call, Party } from '../correlate/labelled.ts';
import { seconds } from './notes.ts';
import { cells, cut, harmless, wrap } from './show.ts';
import { piece } from './style.ts';
import type { Glyphs, Line } from './style.ts';

/** The line above a call: `== call 1: INVITE sip:alice@a -> sip:bob@b ====`. */
export function callHeading(call: Call, glyphs: Glyphs, width: number): Line {
  const show = (text: string): string => harmless(text, glyphs.unicode);
  const rule = glyphs.rule;
  const who =
    call.method === ''
      ? 'no message yet'
      : call.from === call.to
        ? `${show(call.method)} ${show(call.from)}`
        : `${show(call.method)} ${show(call.from)} ${glyphs.becomes} ${show(call.to)}`;
  const left = `${rule}${rule} call ${call.number}${glyphs.dot} ${cut(who, width - 24, glyphs.more)} `;
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
export function callSummary(call: Call, glyphs: Glyphs, width: number): readonly Line[] {
  const [outcome, counts] = [`call ${call.number}: ${outcomeText(call, glyphs)}`, countsText(call)];
  const mark = `${glyphs.rule}${glyphs.rule} `;
  const whole = `${outcome} | ${counts}`;
  const texts =
    cells(whole) <= width - 3
      ? [whole]
      : [outcome, counts].flatMap((text) => wrap(text, width - 3, glyphs.more));
  const good = isGood(call);
  const tone = good === undefined ? 'heading' : good ? 'success' : 'failure';
  return texts.map((line, index): Line => [
    piece(index === 0 ? mark : '   ', 'dim'),
    piece(line, tone),
  ]);
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
  if (outcome.status === undefined)
    return outcome.cancelledBy === undefined
      ? 'no final response yet'
      : 'cancelled, no final response yet';
  if (outcome.status >= 300) {
    if (outcome.cancelledBy !== undefined) {
      return `cancelled by ${name(outcome.cancelledBy)} after ${seconds(call.lastAt - call.startedAt)} (${status})`;
    }
    return outcome.status === 401 || outcome.status === 407
      ? `credentials asked for, none given (${status})`
      : `refused: ${status}`;
  }
  switch (call.method) {
    case 'INVITE': {
      const answered = outcome.answeredAt ?? call.startedAt;
      const after = `answered in ${seconds(answered - call.startedAt)}`;
      if (outcome.endedAt === undefined) return `${after}, still up`;
      return `${after}, up ${seconds(outcome.endedAt - answered)}, ended by ${name(outcome.endedBy)}`;
    }
    case 'REGISTER':
      return 'registered';
    case 'MESSAGE':
      return `delivered (${status})`;
    case 'SUBSCRIBE':
      return `subscribed (${status})`;
    default:
      return `answered ${status}`;
  }
}

function isGood(call: Call): boolean | undefined {
  const { status, timedOut, cancelledBy } = call.outcome;
  if (timedOut) return false;
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
