// Which dialog and session a message belongs to, and how it moves them, by the rules of RFC 3261 and RFC 3264.
import { isSuccess } from './call.ts';
import type { CallRecord } from './call.ts';
import type { Change, Label } from './labelled.ts';
import type { DialogItem, SessionItem, TransactionItem } from './lanes.ts';
import type { MessageFacts } from './read-message.ts';

/** What a message belongs to. */
export interface Belonging {
  readonly transaction: TransactionItem;
  readonly dialog: DialogItem | undefined;
  readonly session: SessionItem | undefined;
  readonly changes: readonly Change[];
}

/** Places a message that was not seen before. */
export function place(
  call: CallRecord,
  facts: MessageFacts,
  transaction: TransactionItem,
): Belonging {
  if (facts.status === undefined) {
    if (transaction.method === facts.method) transaction.inDialog = facts.toTag !== undefined;
  } else if (facts.status >= 200) {
    transaction.finalStatus ??= facts.status;
  }
  const changes: Change[] = [];
  const dialog = dialogFor(call, facts, transaction);
  if (dialog !== undefined) moveDialog(call.lastAt, dialog, facts, transaction, changes);
  if (isRefusal(facts, transaction)) endEarly(call.lastAt, transaction, dialog, changes);
  const session = sessionFor(call, facts, transaction, dialog, changes);
  return { transaction, dialog, session, changes };
}

function dialogFor(
  call: CallRecord,
  facts: MessageFacts,
  transaction: TransactionItem,
): DialogItem | undefined {
  const { toTag, fromTag, method, status } = facts;
  if (toTag === undefined || method === 'REGISTER' || method === 'CANCEL') return undefined;
  if (status === undefined) {
    // The ACK to a failure repeats the To tag of the response, which made no dialog (RFC 3261 §17.1.1.3).
    return method === transaction.method ? call.dialogOf(facts) : call.dialog(fromTag, toTag);
  }
  if (transaction.inDialog ?? isInDialogMethod(method)) return call.dialogOf(facts);
  if (!makesDialog(method) || status <= 100 || status >= 300) return call.dialog(fromTag, toTag);
  const dialog = call.dialogOf(facts);
  transaction.dialogs.add(dialog);
  return dialog;
}

function moveDialog(
  at: number,
  dialog: DialogItem,
  facts: MessageFacts,
  transaction: TransactionItem,
  changes: Change[],
): void {
  const { status, method } = facts;
  if (status === undefined) {
    if (method === 'BYE') enter(at, dialog, 'terminated', 'BYE', changes);
    else if (dialog.state === undefined && method === transaction.method)
      dialog.state = 'confirmed';
    return;
  }
  if (transaction.dialogs.has(dialog)) {
    if (status < 200 && dialog.state === undefined) enter(at, dialog, 'early', '1xx-tag', changes);
    if (isSuccess(status) && dialog.state !== 'terminated')
      enter(at, dialog, 'confirmed', '2xx', changes);
    return;
  }
  // RFC 3261 §12.2.1.2: the peer has no such dialog, or is gone.
  if ((status === 481 || status === 408) && transaction.inDialog === true) {
    enter(at, dialog, 'terminated', String(status), changes);
  }
}

function isRefusal(facts: MessageFacts, transaction: TransactionItem): boolean {
  return facts.status !== undefined && facts.status >= 300 && makesDialog(transaction.method);
}

/** RFC 3261 §12.3: a final failure ends the early dialogs of its request. */
function endEarly(
  at: number,
  transaction: TransactionItem,
  dialog: DialogItem | undefined,
  changes: Change[],
): void {
  const ended = new Set(transaction.dialogs);
  if (dialog !== undefined && transaction.inDialog !== true) ended.add(dialog);
  for (const early of ended) {
    if (early.state === 'early') enter(at, early, 'terminated', 'rejected', changes);
  }
}

function enter(
  at: number,
  dialog: DialogItem,
  state: 'early' | 'confirmed' | 'terminated',
  event: string,
  changes: Change[],
): void {
  if (dialog.state === state) return;
  const before = dialog.state;
  dialog.state = state;
  if (!dialog.recorded)
    changes.push(inferred(at, dialog, 'dialog', event, before, state, dialog.ends));
}

function sessionFor(
  call: CallRecord,
  facts: MessageFacts,
  transaction: TransactionItem,
  dialog: DialogItem | undefined,
  changes: Change[],
): SessionItem | undefined {
  const { method, sdp, fromTag, status } = facts;
  const open = call.openSessionOf(fromTag);
  if (
    method === 'INVITE' &&
    status !== undefined &&
    isLastWord(status) &&
    !sendsElsewhere(status) &&
    transaction === call.outcome.primary
  ) {
    return refuse(open ?? dialog?.session, call.lastAt, changes);
  }
  if (dialog === undefined) {
    if (method !== 'INVITE' || status !== undefined || sdp === undefined) return undefined;
    if (open !== undefined && !open.ended) return open;
    const session = call.newSession();
    call.openSessions.set(fromTag, session);
    changes.push(inferred(call.lastAt, session, 'session', 'offer', undefined, 'offered'));
    return session;
  }
  if (isRefusedOffer(facts, transaction)) return keep(dialog.session, facts, call.lastAt, changes);
  if (sdp !== undefined) return dialog.session ?? bind(call, dialog, fromTag, changes);
  const concernsMedia = method === 'BYE' || (method === 'ACK' && transaction.method === 'ACK');
  return concernsMedia ? dialog.session : undefined;
}

/** The refusal of the first request ends what was offered with it. */
function refuse(
  session: SessionItem | undefined,
  at: number,
  changes: Change[],
): SessionItem | undefined {
  if (session === undefined || session.ended || session.activeAt !== undefined) return undefined;
  session.ended = true;
  changes.push(inferred(at, session, 'session', 'rejected', 'offered', 'ended'));
  return session;
}

function isRefusedOffer(facts: MessageFacts, transaction: TransactionItem): boolean {
  const { status } = facts;
  return (
    status !== undefined &&
    isLastWord(status) &&
    transaction.inDialog === true &&
    transaction.offer !== undefined
  );
}

/** RFC 3261 §14.1: a modification that is refused leaves the session as it was. */
function keep(
  session: SessionItem | undefined,
  { cseq }: MessageFacts,
  at: number,
  changes: Change[],
): SessionItem | undefined {
  if (session === undefined || session.refused === cseq) return session;
  session.refused = cseq;
  changes.push(inferred(at, session, 'session', 'refused', 'active', 'active'));
  return session;
}

function bind(
  call: CallRecord,
  dialog: DialogItem,
  fromTag: string,
  changes: Change[],
): SessionItem {
  const open = call.openSessionOf(fromTag);
  call.openSessions.delete(fromTag);
  const session = open ?? call.newSession();
  dialog.session = session;
  if (open === undefined)
    changes.push(inferred(call.lastAt, session, 'session', 'offer', undefined, 'offered'));
  return session;
}

/** A change that nobody recorded. */
export function inferred(
  at: number,
  label: Label,
  subject: string,
  event: string,
  before: string | undefined,
  after: string,
  detail?: string,
): Change {
  return {
    at,
    label,
    subject,
    endpoints: [],
    event,
    before,
    after,
    detail: before === undefined ? detail : undefined,
    timers: [],
    started: [],
    actions: [],
    machine: undefined,
    stray: false,
    source: 'inferred',
  };
}

/** Whether the status refuses for good: a challenge does not (RFC 3261 §22.2). */
function isLastWord(status: number): boolean {
  return status >= 300 && !isChallenge(status);
}

/** Whether the same offer may go to another target now (RFC 3261 §8.1.3.4, RFC 3263 §4.3); if not, the status says enough. */
function sendsElsewhere(status: number): boolean {
  return status < 400 || status === 503;
}

/** Whether the status asks to try again with credentials. */
export function isChallenge(status: number): boolean {
  return status === 401 || status === 407;
}

function makesDialog(method: string): boolean {
  return method === 'INVITE' || method === 'SUBSCRIBE' || method === 'REFER';
}

function isInDialogMethod(method: string): boolean {
  return (
    method === 'BYE' ||
    method === 'UPDATE' ||
    method === 'INFO' ||
    method === 'PRACK' ||
    method === 'NOTIFY'
  );
}
