// Which changes of state a person wants to read, and what a session's changes mean in plain words.
import type { Change, MessageRow } from '../correlate/labelled.ts';
import type { NoteOptions } from './note.ts';

export function isTold(change: Change, row: MessageRow, { verbosity }: NoteOptions): boolean {
  // What a session becomes in plain words; its own figure says it in finer steps.
  const isPlain = change.label?.lane === 'S' && change.source === 'inferred';
  if (verbosity === 'full') return !isPlain || !row.changes.some(isFineStep);
  if (change.stray) return row.resend === 0 && isLateMessage(change);
  return isPlain ? change.after !== 'offered' : isWorthTelling(change);
}

function isFineStep({ label, source }: Change): boolean {
  return label?.lane === 'S' && source === 'recorded';
}

/** Whether a change without stray is told at `normal`. */
export function isWorthTelling(change: Change): boolean {
  if (change.stray || change.subject === 'offer/answer') return false;
  if (change.label?.lane === 'S')
    return change.before !== change.after && sessionText(change) !== undefined;
  return plainState(change.before) !== plainState(change.after);
}

/** An ACK or a response that a transaction had no use for any more; other strays are everyday life. */
function isLateMessage({ label, event, after }: Change): boolean {
  return label?.lane === 'T' && after === 'Terminated' && /^(?:ACK|[1-6]\d\d|[1-6]xx)/.test(event);
}

/** The state as the RFC's figure has it: `Proceeding, silent` is our own way to send 100 late. */
export function plainState(state: string | undefined): string | undefined {
  const comma = state?.indexOf(',') ?? -1;
  return comma < 0 ? state : state?.slice(0, comma);
}

/** What became of a session, where it is more than its media tells. */
export function sessionText(change: Change): string | undefined {
  if (change.source === 'inferred')
    return change.event === 'refused'
      ? 'offer refused, stays as it was'
      : 'ended, was never active';
  switch (change.event) {
    case 'Timer ACK fires':
      return 'no ACK came, hanging up';
    case 'Timer ring fires':
      return 'rang too long';
    case 'Timer expires fires':
      return 'the invitation expired';
    case 'Timer length fires':
      return 'the longest call there may be';
    case 'media failed':
    case 'answer failed':
    case 'offer failed':
    case 'Timer media fires':
      return 'media failed';
    default:
      return undefined;
  }
}
