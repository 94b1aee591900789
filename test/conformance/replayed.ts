// Replay tells the truth: from the messages alone it must find the states that a machine recorded, at the same times.
import { expect } from 'vitest';
import type {
  MessageObserved,
  Observation,
  TransactionStepped,
} from '../../packages/sip/src/base/tap.ts';
import { parseMessage } from '../../packages/sip/src/message/parse.ts';
import { replayTransaction } from '../../packages/sip/src/trace/replay/transaction.ts';
import type {
  CallDocument,
  MachineDocument,
  StateSpan,
} from '../../packages/sip/src/trace/document/document.ts';
import { TraceBook } from '../../packages/sip/src/trace/document/book.ts';
import type { TransactionMessage } from '../../packages/sip/src/trace/replay/transaction.ts';

/** How many transactions of one world are compared. */
const mostCompared = 80;

/** Compares each transaction that was recorded from its birth with its replay. Returns how many there were. */
export function expectReplayed(observed: readonly Observation[]): number {
  const messages = byTransaction(observed);
  const steps = observed.filter((seen) => seen.kind === 'transaction');
  const lives = new Map<string, TransactionStepped[]>();
  for (const step of steps) {
    const life = lives.get(step.id) ?? [];
    lives.set(step.id, life);
    life.push(step);
  }
  const until = observed.at(-1)?.at ?? 0;
  let compared = 0;
  // Of thousands of transactions that are alike, some evenly among them.
  const stride = Math.ceil(lives.size / mostCompared);
  for (const [index, [id, recorded]] of [...lives].entries()) {
    if (index % stride !== 0) continue;
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

/** The messages of each transaction, each with its place among all. */
function byTransaction(observed: readonly Observation[]): Messages {
  const messages = new Map<string, Numbered[]>();
  for (const [index, seen] of observed.entries()) {
    if (seen.kind !== 'message' || seen.transaction === undefined) continue;
    const own = messages.get(seen.transaction) ?? [];
    messages.set(seen.transaction, own);
    own.push({ index, seen });
  }
  return messages;
}

type Messages = ReadonlyMap<string, readonly Numbered[]>;

interface Numbered {
  readonly index: number;
  readonly seen: MessageObserved;
}

function isDatagram(messages: Messages, id: string): boolean {
  return (messages.get(id) ?? []).some(({ seen }) => seen.protocol === 'UDP');
}

function messagesOf(
  messages: Messages,
  id: string,
  birth: TransactionStepped,
): readonly TransactionMessage[] {
  const cancels = birth.figure === 'invite-client' ? id.replace(/\|INVITE$/, '|CANCEL') : id;
  const cancel = cancels.replace('invite-client', 'non-invite-client');
  const texts = new Set<string>();
  const own = [...(messages.get(id) ?? []), ...(cancel === id ? [] : (messages.get(cancel) ?? []))];
  own.sort((one, other) => one.index - other.index);
  return own.flatMap(({ index, seen }) => {
    const isCancel = seen.transaction === cancel;
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

/** The same observations as a capture has them: messages alone, and nobody tells of himself. */
export function asCaptured(observed: readonly Observation[]): readonly Observation[] {
  return observed.flatMap((seen): Observation[] => {
    if (seen.kind !== 'message') return [];
    const outward = seen.direction === 'out';
    return [
      {
        ...seen,
        endpoint: '',
        flow: '',
        direction: 'out',
        transaction: undefined,
        local: outward ? seen.local : seen.remote,
        remote: outward ? seen.remote : seen.local,
      },
    ];
  });
}

/** A machine of a dialog or a session: what it recorded of its states, and what is found from the messages alone. */
export interface Life {
  readonly figure: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** The lives of one endpoint's dialogs and sessions; states of no length are left out, and so is what follows the last message. */
export function livesOf(observed: readonly Observation[]): readonly Life[] {
  const told = bookOf(observed);
  const guessed = bookOf(asCaptured(observed));
  return told.calls.flatMap(({ id }) => {
    const [recorded, replayed] = [told.document(id), guessed.document(id)];
    if (recorded === undefined || replayed === undefined) return [];
    const addresses = recorded.parties.find((party) => party.observed)?.addresses ?? [];
    const own = replayed.parties.find((party) =>
      party.addresses.some((address) => addresses.includes(address)),
    )?.id;
    const found = new Map(
      machinesOf(replayed).flatMap(([key, machine]) =>
        machine.party === own ? [[key, machine]] : [],
      ),
    );
    return machinesOf(recorded).flatMap(([figure, machine]) => {
      const [first] = machine.states;
      if (machine.source !== 'recorded' || first === undefined) return [];
      // Nothing was rung reliably.
      if (figure.startsWith('provisional') && first.state === 'Over') return [];
      // What it was before its first step was not recorded.
      const known = found.get(figure)?.states.filter(({ from }) => from >= first.from - 1) ?? [];
      return { figure, recorded: show(machine.states, recorded), replayed: show(known, recorded) };
    });
  });
}

function bookOf(observed: readonly Observation[]): TraceBook {
  const book = new TraceBook();
  for (const one of observed) book.observe(one);
  return book;
}

function machinesOf(document: CallDocument): readonly (readonly [string, MachineDocument])[] {
  return [...document.dialogs, ...document.sessions].flatMap((one, index) =>
    one.machines.map((machine) => [`${machine.figure} ${index}`, machine] as const),
  );
}

function show(states: readonly StateSpan[], { messages, startedAt }: CallDocument): string {
  const last = messages.at(-1)?.at ?? 0;
  return states
    .filter(({ from, to }) => (to === undefined || to - from >= 1) && from <= last + 1)
    .map(({ state, from }) => `${Math.round(from - startedAt)} ${state}`)
    .join(', ');
}
