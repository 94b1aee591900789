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
import { isShort } from './replay-short.ts';
import { placeOf, unseenFrom } from './replay-unseen.ts';

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

/** A machine other than a transaction's: what it recorded of its states, and what is found from the messages alone. */
export interface Life {
  /** Figure, and whose it is: Call-ID and tags. */
  readonly machine: string;
  readonly recorded: string;
  readonly replayed: string;
}

/** How many endpoints of each test ended. */
const counts = new Map<string, number>();

/** Looks that the machines of one endpoint did what is found from its messages alone. Returns how many were compared. */
export function expectLives(observed: readonly Observation[]): number {
  const test = expect.getState().currentTestName ?? '';
  // Of a test with hundreds of worlds, all at first and then some.
  const count = (counts.get(test) ?? 0) + 1;
  counts.set(test, count);
  if (count > 40 && count % 9 !== 0) return 0;
  const lives = livesOf(observed).filter(({ machine }) => !isShort(test, machine));
  expect(lives.map(({ machine, replayed }) => `${machine}: ${replayed}`)).toEqual(
    lives.map(({ machine, recorded }) => `${machine}: ${recorded}`),
  );
  return lives.length;
}

/** Of a flood the beginning is compared. */
const mostObserved = 300;

/** The lives of one endpoint's machines; states of no length are left out, and so is what follows the last message. */
export function livesOf(all: readonly Observation[]): readonly Life[] {
  const observed = all.slice(0, mostObserved);
  const told = machinesIn(documentsOf(observed), ({ source }) => source === 'recorded');
  const own = new Set(
    observed.flatMap((seen) => (seen.kind === 'message' ? [placeOf(seen.local)] : [])),
  );
  const guessed = machinesIn(documentsOf(asCaptured(observed)), ({ party }, { parties }) =>
    parties.some(({ id, addresses }) => id === party && addresses.some((one) => own.has(one))),
  );
  const last = observed.findLast(({ kind }) => kind === 'message')?.at ?? 0;
  return [...new Set([...told.keys(), ...guessed.keys()])].flatMap((machine): Life[] => {
    const states = told.get(machine) ?? [];
    const figure = machine.slice(0, machine.indexOf(' '));
    const until = Math.min(last + 1, unseenFrom(figure, states, observed) - 1);
    // Nothing was rung reliably.
    if (figure === 'provisional' && states[0]?.state === 'Over') return [];
    const first = states[0]?.from ?? 0;
    const found = (guessed.get(machine) ?? []).flatMap((span) =>
      // What it was before its first step was not recorded.
      (span.to ?? Infinity) <= first ? [] : { ...span, from: Math.max(span.from, first) },
    );
    return [{ machine, recorded: show(states, until), replayed: show(found, until) }].filter(
      ({ recorded, replayed }) => recorded !== '' || replayed !== '',
    );
  });
}

function documentsOf(observed: readonly Observation[]): readonly CallDocument[] {
  const book = new TraceBook();
  for (const one of observed) book.observe(one);
  return book.calls.flatMap(({ id }) => book.document(id) ?? []);
}

/** The states of each machine that `isMeant`, by its figure and whose it is; of several alike each has its number. */
function machinesIn(
  documents: readonly CallDocument[],
  isMeant: (machine: MachineDocument, document: CallDocument) => boolean,
): ReadonlyMap<string, readonly StateSpan[]> {
  const machines = new Map<string, readonly StateSpan[]>();
  for (const document of documents) {
    const { dialogs, sessions } = document;
    const all = [...dialogs, ...sessions, { machines: document.machines }].flatMap((one) =>
      one.machines
        .filter((machine) => isMeant(machine, document))
        .map(({ figure, states }) => {
          // What uses a dialog has none at first, and sometimes never.
          const whose = 'ends' in one ? one.ends.map(({ tag }) => tag).toSorted() : [];
          const tags = figure === 'dialog' ? whose : [];
          return { name: [figure, document.id, ...tags].join(' '), states };
        }),
    );
    for (const { name, states } of all.toSorted((one, other) => bornAt(one) - bornAt(other))) {
      let key = name;
      for (let count = 2; machines.has(key); count += 1) key = `${name} ${count}`;
      machines.set(key, states);
    }
  }
  return machines;
}

function bornAt({ states }: { readonly states: readonly StateSpan[] }): number {
  return states[0]?.from ?? 0;
}

function show(states: readonly StateSpan[], until: number): string {
  return states
    .filter(({ from, to }) => (to === undefined || to - from >= 1) && from <= until)
    .filter(({ state }, index, lasting) => state !== lasting[index - 1]?.state)
    .map(({ state, from }) => `${Math.round(from - begin)} ${state}`)
    .join(', ');
}

/** When virtual time begins. */
const begin = Date.UTC(2026, 0, 1);
