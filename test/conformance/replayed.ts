// Replay tells the truth: from the messages alone it must find the states that a machine recorded, at the same times.
import { expect } from 'vitest';
import type {
  MessageObserved,
  Observation,
  TransactionStepped,
} from '../../packages/sip/src/base/tap.ts';
import { parseMessage } from '../../packages/sip/src/message/parse.ts';
import { replayTransaction } from '../../packages/sip/src/trace/replay/transaction.ts';
import type { TransactionMessage } from '../../packages/sip/src/trace/replay/transaction.ts';

/** Compares each transaction that was recorded from its birth with its replay. Returns how many there were. */
export function expectReplayed(observed: readonly Observation[]): number {
  const messages = observed.filter((seen) => seen.kind === 'message');
  const steps = observed.filter((seen) => seen.kind === 'transaction');
  const lives = new Map<string, TransactionStepped[]>();
  for (const step of steps) lives.set(step.id, [...(lives.get(step.id) ?? []), step]);
  const until = observed.at(-1)?.at ?? 0;
  let compared = 0;
  for (const [id, recorded] of lives) {
    // A failed send is no message, the wish to CANCEL none before it may be sent, and an id may be born twice.
    if (recorded.some(({ event }) => event === 'transport err.')) continue;
    if (recorded.some(({ after }) => after === 'Calling, cancel wanted')) continue;
    if (recorded.length > 500) continue;
    if (recorded.filter(({ before }) => before === undefined).length !== 1) continue;
    const [birth] = recorded;
    if (birth === undefined || birth.before !== undefined) continue;
    const seen = messagesOf(messages, id, birth);
    const replayed = replayTransaction({
      figure: birth.figure,
      party: undefined,
      method: birth.method,
      label: undefined,
      reliable: !isDatagram(messages, id),
      messages: seen,
      until,
    });
    if (replayed === undefined) continue;
    compared += 1;
    const { changes, steps: alone } = replayed;
    const times = new Map(seen.map(({ number, at }) => [number, at]));
    const told = [
      ...changes.map(({ message, change }) => ({ at: times.get(message) ?? 0, change })),
      ...alone,
    ].toSorted((one, other) => one.at - other.at);
    const label = `${id} of ${birth.endpoint}: ${seen
      .map(
        (message) =>
          `${message.at - birth.at} ${message.status ?? message.method}${message.repeated ? ' again' : ''}`,
      )
      .join(', ')
      .slice(0, 600)}`;
    const taken = told.filter(({ change }) => !change.stray);
    // An endpoint that is closed stops its timers.
    const isStopped = recorded.at(-1)?.after !== 'Terminated';
    expect(
      taken
        .slice(0, isStopped ? recorded.filter((step) => step.stray !== true).length : undefined)
        .map(({ at, change }) => line(at, change)),
      label,
    ).toEqual(recorded.filter((step) => step.stray !== true).map((step) => line(step.at, step)));
  }
  return compared;
}

function line(
  at: number,
  step: Pick<TransactionStepped, 'event' | 'before' | 'after' | 'timers' | 'actions'>,
): string {
  const timers = step.timers.map(({ name, due }) => `${name}=${(due - at).toFixed(3)}`).join(' ');
  return `${at.toFixed(3)} ${step.event}: ${step.before ?? ''} > ${step.after}; ${step.actions.join(', ')}; ${timers}`;
}

function isDatagram(messages: readonly MessageObserved[], id: string): boolean {
  return messages.some(({ transaction, protocol }) => transaction === id && protocol === 'UDP');
}

function messagesOf(
  messages: readonly MessageObserved[],
  id: string,
  birth: TransactionStepped,
): readonly TransactionMessage[] {
  const cancels = birth.figure === 'invite-client' ? id.replace(/\|INVITE$/, '|CANCEL') : id;
  const texts = new Set<string>();
  return messages.flatMap((seen, index) => {
    const isCancel = seen.transaction === cancels.replace('invite-client', 'non-invite-client');
    if (seen.transaction !== id && !isCancel) return [];
    const parsed = parseMessage(new TextEncoder().encode(seen.text));
    if (!parsed.ok) return [];
    const { value } = parsed;
    const status = value.kind === 'response' ? value.status : undefined;
    if (isCancel && seen.transaction !== id && status !== undefined) return [];
    const method = value.kind === 'request' ? value.method : value.cseq.method;
    const repeated = texts.has(seen.text);
    texts.add(seen.text);
    return [{ number: index, at: seen.at, method, status, repeated }];
  });
}
