// A registration or an OPTIONS in one line, told when it is finished: `echo 127.0.0.1:5062 registered at 127.0.0.1:5060 for 3600 s`.
import type { Call, Party } from '../correlate/labelled.ts';
import { seconds } from './note.ts';
import { harmless } from './show.ts';
import { piece, toneOf } from './style.ts';
import type { Glyphs, Line } from './style.ts';

/** Whether a call is a short exchange of which only the end is worth telling. */
export function isExchange({ method }: Call): boolean {
  return method === 'REGISTER' || method === 'OPTIONS';
}

/** The line of an exchange as it stands now. */
export function exchangeLine(call: Call, glyphs: Glyphs): Line {
  const { outcome } = call;
  const failed = outcome.timedOut || outcome.undelivered || (outcome.status ?? 999) >= 300;
  const text =
    call.method === 'REGISTER' ? registrationText(call, glyphs) : optionsText(call, glyphs);
  return [
    piece('  '),
    piece(text, failed ? toneOf(outcome.status ?? 408) : 'plain'),
    piece(` (${wayText(call)})`, 'dim'),
  ];
}

function registrationText(call: Call, glyphs: Glyphs): string {
  const { binding, status } = call.outcome;
  const user = binding?.user === undefined ? '' : `${harmless(binding.user, glyphs.unicode)} `;
  const who = `${user}${addressOf(call.caller, glyphs)}`;
  const registrar = addressOf(call.callee, glyphs);
  if (call.outcome.timedOut)
    return `${who} got no answer to REGISTER from ${registrar}, given up after ${tookText(call)}`;
  if (call.outcome.undelivered) return `${who} cannot reach ${registrar} to register`;
  if (status === undefined) return `${who} has no answer to REGISTER from ${registrar} yet`;
  if (status >= 300) return `${who} was refused by ${registrar}: ${refusalText(call, glyphs)}`;
  const time = binding?.expiresSeconds === undefined ? '' : ` for ${binding.expiresSeconds} s`;
  switch (binding?.kind) {
    case 'removed':
      return `${who} unregistered at ${registrar}`;
    case 'asked':
      return `${who} asked ${registrar} for its registrations`;
    case 'refreshed':
      return `${who} refreshed at ${registrar}${time}`;
    case 'registered':
    case undefined:
      return `${who} registered at ${registrar}${time}`;
  }
}

function optionsText(call: Call, glyphs: Glyphs): string {
  const way = `OPTIONS ${addressOf(call.caller, glyphs)} ${glyphs.becomes} ${addressOf(call.callee, glyphs)}`;
  const { timedOut, status } = call.outcome;
  if (timedOut) return `${way} got no answer, given up after ${tookText(call)}`;
  if (call.outcome.undelivered) return `${way} could not be delivered`;
  if (status === undefined) return `${way} has no answer yet`;
  return status < 300
    ? `${way} answered ${statusText(call, glyphs)}`
    : `${way} was refused: ${refusalText(call, glyphs)}`;
}

function refusalText(call: Call, glyphs: Glyphs): string {
  const { asked, status } = call.outcome;
  const text = statusText(call, glyphs);
  if (asked) return `${text}, and gave no credentials`;
  return status === 401 || status === 407 ? `${text}, wrong credentials` : text;
}

function statusText({ outcome }: Call, glyphs: Glyphs): string {
  return harmless(`${outcome.status ?? ''} ${outcome.reason ?? ''}`.trim(), glyphs.unicode);
}

/** How it came about: `2 transactions, digest, resent 3x`. */
function wayText({ outcome, resent }: Call): string {
  const tries = `${outcome.tries} transaction${outcome.tries === 1 ? '' : 's'}`;
  const proof = outcome.credentials === undefined ? '' : `, ${outcome.credentials}`;
  return `${tries}${proof}${resent === 0 ? '' : `, resent ${resent}x`}`;
}

function tookText({ outcome, lastAt }: Call): string {
  return seconds((outcome.endedAt ?? lastAt) - outcome.begunAt);
}

function addressOf(party: Party | undefined, glyphs: Glyphs): string {
  return party === undefined ? 'somebody' : harmless(party.address, glyphs.unicode);
}
