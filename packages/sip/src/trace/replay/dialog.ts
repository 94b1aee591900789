// What one side of a dialog must have been doing (RFC 3261 §12, RFC 4235 §3.7.1).
import type { DialogEvent } from '../../dialog/dialog.figure.ts';
import { dialogFigure } from '../../dialog/dialog.figure.ts';
import { defaultSettings } from '../../transaction/timers.ts';
import type { CallToReplay } from './call.ts';
import type { PartyMessage } from './party-message.ts';
import { runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

/** Runs the figure over the messages; undefined when none of them makes a dialog. */
export function replayDialog({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const cues = messages
    .flatMap((message): Cue<DialogEvent, never>[] => {
      const event = eventOf(message);
      const { at, number } = message;
      return event === undefined ? [] : [{ at, message: number, event, optional: true }];
    })
    .concat(endOfForks(messages, until))
    .toSorted((one, other) => one.at - other.at);
  const first = cues.findIndex(({ event }) => event !== undefined && makes.has(event));
  const birth = cues[first];
  if (birth === undefined) return undefined;
  const run = runScore(
    { figure: dialogFigure, start: 'Trying', length: () => undefined },
    { birth: { at: birth.at, message: undefined }, cues: cues.slice(first), until },
  );
  // A dialog has no name before the event that makes it, so its life begins with that.
  const steps = run.steps.map((step) =>
    step.before === 'Trying' ? { ...step, before: undefined } : step,
  );
  const states = run.states
    .slice(1)
    .map((span, index) => (index === 0 ? { ...span, event: undefined } : span));
  return tell({ ...run, states, steps }, { figure: 'dialog', party, label, subject: 'dialog' });
}

/** RFC 3261 §13.2.2.4: 64*T1 after the first 2xx the caller waits for no other, and dialogs that are early are over. */
function endOfForks(
  messages: readonly PartyMessage[],
  until: number,
): readonly Cue<DialogEvent, never>[] {
  const answer = messages.find(
    ({ creates, sent, status = 0, method }) =>
      creates && !sent && status >= 200 && status < 300 && method === 'INVITE',
  );
  if (answer === undefined) return [];
  const at = answer.at + 64 * defaultSettings.t1;
  return at > until ? [] : [{ at, message: undefined, event: 'rejected', optional: true }];
}

const makes: ReadonlySet<DialogEvent> = new Set(['1xx-tag', '2xx', 'NOTIFY']);

function eventOf(message: PartyMessage): DialogEvent | undefined {
  const { method, status, sent, repeated, creates, within } = message;
  if (repeated) return undefined;
  if (status === undefined) {
    if (!within) return undefined;
    if (method === 'BYE') return sent ? 'local-bye' : 'remote-bye';
    if (method === 'NOTIFY') return isLast(message) ? 'last usage' : 'NOTIFY';
    return undefined;
  }
  if (creates) {
    if (within && status > 100 && status < 200) return '1xx-tag';
    if (within && status >= 200 && status < 300) return '2xx';
    return status >= 300 && method === 'INVITE' ? 'rejected' : undefined;
  }
  if (!within || sent) return undefined;
  // RFC 3261 §12.2.1.2: the peer has no such dialog, or is gone.
  if (status === 481) return 'error';
  return status === 408 ? 'timeout' : undefined;
}

/** A NOTIFY that says that its subscription is over (RFC 6665 §4.1.3). */
function isLast({ message }: PartyMessage): boolean {
  return message?.rows('Subscription-State')[0]?.trimStart().startsWith('terminated') === true;
}
