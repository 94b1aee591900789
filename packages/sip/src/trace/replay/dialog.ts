// What one side of a dialog must have been doing (RFC 3261 §12, RFC 4235 §3.7.1).
import type { DialogEvent } from '../../dialog/dialog.figure.ts';
import { dialogFigure } from '../../dialog/dialog.figure.ts';
import { defaultSettings } from '../../transaction/timers.ts';
import { readState } from '../../subscription/state.ts';
import type { MachineDocument } from '../document/document.ts';
import type { CallToReplay } from './call.ts';
import { fails } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { inOrder, runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

/**
 * Runs the figure over the messages; undefined when none of them makes a dialog. `users` are the machines of the
 * subscriptions in it that this side has.
 */
export function replayDialog(
  { party, label, messages, until }: CallToReplay,
  users: readonly MachineDocument[],
): Replayed | undefined {
  const bye = messages.find(
    (message) => message.method === 'BYE' && message.within && !isRefused(message, messages),
  );
  // RFC 5057 §4.1: a dialog outlives its call as long as a subscription of it does.
  const outlives = bye !== undefined && users.some((user) => !isOver(user, bye.at));
  const isCall = !outlives && messages.some(({ method }) => method === 'INVITE');
  const cues = inOrder([
    ...messages.flatMap((message): Cue<DialogEvent, never>[] => {
      if (message.repeated || isRefused(message, messages)) return [];
      if (outlives && message.method === 'BYE') return [];
      const event = eventOf(message) ?? (isCall ? undefined : subscriptionEvent(message));
      const { at, number } = message;
      return event === undefined ? [] : [{ at, message: number, event, optional: true }];
    }),
    ...endOfForks(messages, until),
    ...(isCall ? [] : endOfUsers(users, messages)),
  ]);
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

/** RFC 5057 §4.1: without any call the dialog is over with its last subscription. */
function endOfUsers(
  users: readonly MachineDocument[],
  messages: readonly PartyMessage[],
): readonly Cue<DialogEvent, never>[] {
  if (users.length === 0 || !users.every((user) => isOver(user, Infinity))) return [];
  const at = Math.max(...users.map(({ states }) => states.at(-1)?.from ?? 0));
  const message = messages.findLast((one) => one.at === at)?.number;
  return [{ at, message, event: 'last usage', optional: true }];
}

function isOver({ states }: MachineDocument, until: number): boolean {
  const last = states.at(-1);
  return last?.state === 'Terminated' && last.from <= until;
}

const makes: ReadonlySet<DialogEvent> = new Set(['1xx-tag', '2xx', 'NOTIFY']);

function eventOf(message: PartyMessage): DialogEvent | undefined {
  const { method, status, sent, creates, within } = message;
  if (status === undefined) {
    if (!within || method !== 'BYE') return undefined;
    return sent ? 'local-bye' : 'remote-bye';
  }
  if (creates) {
    if (method !== 'INVITE') return undefined;
    if (within && status > 100 && status < 200) return '1xx-tag';
    if (within && status >= 200 && status < 300) return '2xx';
    // RFC 3261 §8.2.2.2: 482 refuses the same INVITE by another way.
    return status >= 300 && !(sent && status === 482) ? 'rejected' : undefined;
  }
  if (!within || sent) return undefined;
  // RFC 3261 §12.2.1.2: the peer has no such dialog, or is gone.
  if (status === 481) return 'error';
  return status === 408 ? 'timeout' : undefined;
}

/** RFC 6665 §4.4.1: for who answers the 2xx makes the dialog, for who asked the first NOTIFY does, unless it says that it is over. */
function subscriptionEvent({
  method,
  status = 0,
  sent,
  within,
  message,
}: PartyMessage): DialogEvent | undefined {
  if (!within) return undefined;
  if (method === 'NOTIFY' && status === 0) {
    const state = message === undefined ? undefined : readState(message)?.state;
    return sent || state === undefined || state === 'terminated' ? undefined : 'NOTIFY';
  }
  const accepts = sent && (method === 'SUBSCRIBE' || method === 'REFER');
  return accepts && status >= 200 && status < 300 ? '2xx' : undefined;
}

/** Whether a request was refused by this side, and so changed nothing. */
function isRefused(request: PartyMessage, messages: readonly PartyMessage[]): boolean {
  const { method, cseq, sent, status } = request;
  if (sent || status !== undefined || (method !== 'BYE' && method !== 'NOTIFY')) return false;
  return messages.some(
    (answer) => answer.sent && answer.method === method && answer.cseq === cseq && fails(answer),
  );
}
