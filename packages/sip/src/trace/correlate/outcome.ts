// How a call goes: which request decides, what it came to, and when nothing more is to be expected.
import type { TransactionStepped } from '../../base/tap.ts';
import { isSuccess } from './call.ts';
import type { CallRecord } from './call.ts';
import { isChallenge } from './infer.ts';
import type { BindingNote, Label } from './labelled.ts';
import type { TransactionItem } from './lanes.ts';
import type { MessageFacts } from './read-message.ts';
import type { MessageRowRecord } from './rows.ts';

/** Names the deciding transaction; runs before the message is placed. */
export function beginOutcome(
  call: CallRecord,
  row: MessageRowRecord,
  transaction: TransactionItem,
): void {
  const { facts } = row;
  if (facts === undefined) return;
  const { outcome } = call;
  if (call.method === '') {
    call.method = facts.method;
    call.from = facts.from;
    call.to = facts.to;
  }
  if (row.status !== undefined || facts.method !== call.method || facts.toTag !== undefined) return;
  outcome.caller ??= row.from;
  if (row.from !== outcome.caller.current || outcome.primary === transaction) return;
  // The next try of the same party: with credentials, or a refresh. It decides anew.
  const fresh = outcome.primary === undefined || outcome.over;
  call.callee ??= row.to;
  outcome.primary = transaction;
  outcome.begunAt = fresh ? row.at : outcome.begunAt;
  outcome.tries = fresh ? 1 : outcome.tries + 1;
  outcome.credentials = facts.credentials;
  outcome.binding = requestedBinding(call, facts);
  outcome.over = false;
  outcome.timedOut = false;
  outcome.undelivered = false;
  outcome.status = undefined;
  outcome.reason = undefined;
}

/** Takes a message that was not seen before; runs after it was placed. */
export function followOutcome(
  call: CallRecord,
  row: MessageRowRecord,
  transaction: TransactionItem,
): void {
  const { outcome } = call;
  const { status, method, facts } = row;
  if (facts === undefined) return;
  if (status === undefined) {
    if (method === 'CANCEL') outcome.cancelledBy ??= row.from;
    // A fork that answered too late is hung up while the call goes on (RFC 3261 §13.2.2.4).
    const isOther = outcome.dialog !== undefined && dialogOf(row) !== outcome.dialog;
    if (method === 'BYE' && outcome.endedAt === undefined && !isOther) {
      outcome.endedAt = row.at;
      outcome.endedBy = row.from;
      outcome.last = transaction;
    }
    const refused = transaction.finalStatus !== undefined && !isSuccess(transaction.finalStatus);
    if (method === 'ACK' && transaction === outcome.primary && refused) {
      outcome.over = !outcome.asked;
    }
    return;
  }
  if (status < 200) return;
  if (transaction === outcome.last) outcome.over = true;
  if (transaction !== outcome.primary || outcome.status !== undefined) return;
  outcome.status = status;
  outcome.reason = facts.reason;
  // RFC 3261 §22.2: a challenge asks to try again; to credentials that are not stale it is a refusal.
  outcome.asked = isChallenge(status) && (outcome.credentials === undefined || facts.stale);
  if (isSuccess(status)) {
    outcome.answeredAt ??= row.at;
    outcome.dialog ??= dialogOf(row);
  }
  if (call.method === 'REGISTER' && isSuccess(status)) grantBinding(call, facts);
  if (call.method !== 'INVITE') outcome.over = !outcome.asked;
}

function dialogOf(row: MessageRowRecord): Label | undefined {
  return row.labels.find(({ lane }) => lane === 'D');
}

/** RFC 3261 §10.2: what a REGISTER asks for; without Contact it only asks what is there. */
function requestedBinding(
  { method, outcome }: CallRecord,
  { binding, toUser }: MessageFacts,
): BindingNote | undefined {
  if (method !== 'REGISTER' || binding === undefined) return undefined;
  outcome.contacts = [...binding.contacts.keys()];
  const times = [...binding.contacts.values()];
  const removes = binding.all || (times.length > 0 && times.every((seconds) => seconds === 0));
  const kind = removes
    ? 'removed'
    : times.length === 0
      ? 'asked'
      : outcome.bound
        ? 'refreshed'
        : 'registered';
  return { kind, user: toUser, expiresSeconds: undefined };
}

/** RFC 3261 §10.3: the answer lists all bindings of the address of record, with the time that each still has. */
function grantBinding({ outcome }: CallRecord, { binding }: MessageFacts): void {
  if (outcome.binding === undefined) return;
  outcome.bound = outcome.binding.kind !== 'removed';
  const granted = outcome.contacts
    .map((contact) => binding?.contacts.get(contact))
    .filter((seconds) => seconds !== undefined);
  if (granted.length > 0)
    outcome.binding = { ...outcome.binding, expiresSeconds: Math.min(...granted) };
}

/** Timers B and F give up the request (RFC 3261 §17.1.1.2, §17.1.2.2); without a way to send it nothing else is to be expected (§17.1.4). */
export function followTimers(
  call: CallRecord,
  step: TransactionStepped,
  transaction: TransactionItem,
): void {
  if (transaction !== call.outcome.primary || call.outcome.status !== undefined) return;
  const timedOut = step.event === 'Timer B fires' || step.event === 'Timer F fires';
  const undelivered = step.event === 'transport err.' && step.figure.endsWith('client');
  if (!timedOut && !undelivered) return;
  call.outcome.timedOut = timedOut;
  call.outcome.undelivered = undelivered;
  call.outcome.over = true;
  call.outcome.endedAt ??= step.at;
}
