// Replay tells the truth: from the messages alone it must find the states that a machine recorded, at the same times.
import { expect } from 'vitest';
import type {
  MessageObserved,
  Observation,
  TransactionStepped,
} from '../../packages/sip/src/base/tap.ts';
import { parseMessage } from '../../packages/sip/src/message/parse.ts';
import { replayTransaction } from '../../packages/sip/src/trace/replay/transaction.ts';
import type { FigureName } from '../../packages/sip/src/trace/correlate/labelled.ts';
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
  const lives = livesOf(observed).filter(
    ({ machine }) => !short.some(({ of, figures }) => test.includes(of) && isOf(machine, figures)),
  );
  expect(lives.map(({ machine, replayed }) => `${machine}: ${replayed}`)).toEqual(
    lives.map(({ machine, recorded }) => `${machine}: ${recorded}`),
  );
  return lives.length;
}

function isOf(machine: string, figures: readonly FigureName[]): boolean {
  return figures.some((figure) => machine.startsWith(`${figure} `));
}

/** Where replay falls short of what can be seen, by the words of the test. */
const short: readonly {
  readonly of: string;
  readonly figures: readonly FigureName[];
  readonly why: string;
}[] = [
  {
    of: 'without an offer',
    figures: ['outgoing', 'offer-answer'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: 'that is no description gets ACK',
    figures: ['outgoing', 'session', 'offer-answer'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: 'A caller without PRACK that offered nothing',
    figures: ['incoming'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: 'an unknown body with handling=optional',
    figures: ['incoming'],
    why: 'a document has a session only once there is a description',
  },
  {
    of: '(C028)',
    figures: ['offer-answer'],
    why: 'documents read no description inside multipart',
  },
  {
    of: 'A 2xx without a tag',
    figures: ['dialog', 'session', 'offer-answer'],
    why: 'a dialog without a tag (RFC 2543) is none to a document',
  },
  {
    of: 'a response whose sent-by we never wrote',
    figures: ['outgoing'],
    why: 'a document takes every response of a transaction',
  },
  {
    of: 'a response with more than one Via',
    figures: ['outgoing'],
    why: 'a document takes every response of a transaction',
  },
  {
    of: 'RFC 3261 §8.1.3.4: is followed by q',
    figures: ['outgoing', 'offer-answer'],
    why: 'a refusal that leads to the next address of a redirect counts as the last word',
  },
  {
    of: 'given up while its token is fetched',
    figures: ['outgoing'],
    why: 'a challenge that nobody answers any more counts as the last word',
  },
  {
    of: 'while our offer is open it gets 491',
    figures: ['outgoing', 'session', 'offer-answer'],
    why: 'a call whose early offer failed is hung up as if it had been answered',
  },
  {
    of: 'RFC 3261 §13.2.2.4: every fork that answers',
    figures: ['dialog'],
    why: 'a fork that answers after 64*T1 makes a dialog for a document',
  },
  {
    of: 'whose sender lost the ACK',
    figures: ['session'],
    why: 'a re-INVITE that stands for the ACK counts as one before it',
  },
  {
    of: 'a second one before the first is answered gets 500',
    figures: ['session', 'offer-answer'],
    why: 'the ACK to the refusal of another re-INVITE counts as that to the 2xx',
  },
  {
    of: 'floods it with UPDATEs and INFOs',
    figures: ['session'],
    why: 'of a flood only the beginning is compared, which ends within an answer',
  },
  {
    of: 'the first server says nothing, and the call goes by the second',
    figures: ['offer-answer'],
    why: 'the refusal of the first server counts as that of the offer',
  },
  {
    of: 'Listeners, media and iterations of an application that throw',
    figures: ['outgoing', 'incoming', 'dialog', 'session-timer'],
    why: 'what goes wrong inside an application is in no message',
  },
  {
    of: 'answers each refresh with 491',
    figures: ['session-timer'],
    why: 'a refresh that met one of the peer is not told from one that was refused',
  },
  {
    of: 'early media of one fork, and another fork answers',
    figures: ['offer-answer'],
    why: 'the answer of another fork counts as a repeat of the early one',
  },
  {
    of: 'an early answer that cannot be used is judged again',
    figures: ['offer-answer'],
    why: 'whether an early answer can be used is not judged',
  },
  {
    of: 'early media goes out once, and again in the 2xx',
    figures: ['offer-answer'],
    why: 'the description of a 2xx that repeats an early one has no part in a document',
  },
  {
    of: 'RFC 7118 §5: on WebSocket nothing is sent twice',
    figures: ['offer-answer'],
    why: 'that an INVITE is given up by its timer ends its offer only where a message shows it',
  },
  {
    of: 'RFC 3261 §17: of a cancelled call',
    figures: ['offer-answer'],
    why: 'that an INVITE is given up by its timer ends its offer only where a message shows it',
  },
  {
    of: 'a send error changes nothing for the server transaction',
    figures: ['incoming'],
    why: 'a response that could not be sent is no message',
  },
];

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

/** What a party does or meets that no message shows, with the time of it: what its machine did from then on is not compared. */
const unseen: readonly {
  readonly why: string;
  readonly figures?: readonly FigureName[];
  readonly from: (
    states: readonly StateSpan[],
    observed: readonly Observation[],
  ) => number | undefined;
}[] = [
  {
    why: 'a connection that breaks or cannot be opened is no message',
    from: (_states, observed) => brokenAt(observed),
  },
  {
    why: 'what could not be sent is no message',
    figures: ['outgoing'],
    from: (_states, observed) => {
      const sent = observed.find(({ kind }) => kind === 'message')?.at ?? Infinity;
      return (brokenAt(observed) ?? Infinity) < sent ? -Infinity : undefined;
    },
  },
  {
    why: 'a 2xx that crosses a CANCEL is acknowledged and hung up without a session',
    figures: ['session'],
    from: (states, observed) =>
      states.length === 0 &&
      observed.some((seen) => seen.kind === 'message' && seen.text.startsWith('CANCEL '))
        ? 0
        : undefined,
  },
  {
    why: 'we look at an offer no sooner than it is to be answered, and never at one that is refused unread',
    figures: ['offer-answer'],
    from: (states) => (states.length === 0 ? 0 : undefined),
  },
  {
    why: 'who changes their mind while an answer is awaited keeps that for themselves until it comes',
    figures: ['registration', 'publication', 'subscriber'],
    from: entering('Leaving', 'Returning'),
  },
  {
    why: 'who drops a subscription says nothing, and its dialog is over with it',
    figures: ['subscriber', 'notifier', 'publication', 'dialog'],
    from: (_states, observed) =>
      observed.find((seen) => seen.kind === 'subscription' && seen.event === 'drop')?.at,
  },
  {
    why: 'a wish to hang up waits for an ACK, one to give up for a 1xx or until a re-INVITE has rung too long',
    figures: ['session', 'offer-answer', 'outgoing'],
    from: (_states, observed) => wishBefore(observed),
  },
  {
    why: 'a change of our own is made before it is sent, and a 2xx of ours waits for a PRACK',
    figures: ['session', 'incoming'],
    from: entering('Offering', 'Confirming'),
  },
  {
    why: 'whether an offer in a 1xx is declined or the call given up looks the same',
    figures: ['outgoing'],
    from: entering('Declining', 'Giving up'),
  },
  {
    why: 'what refuses an INVITE before there is a call is no machine',
    figures: ['incoming'],
    from: (states) => (states.length === 0 ? 0 : undefined),
  },
  {
    why: 'a fork that answers after the first is acknowledged and hung up without a session',
    figures: ['session', 'offer-answer'],
    from: (states, observed) =>
      states.length === 0 && tagsIn(observed, /^SIP\/2.0 2/) > 1 ? 0 : undefined,
  },
  {
    why: 'of very many forks the first 64 are followed',
    figures: ['dialog'],
    from: (states, observed) =>
      states.length === 0 && tagsIn(observed, /^SIP/) > 64 ? 0 : undefined,
  },
  {
    why: 'whether the media engine can use a description it keeps for itself',
    figures: ['offer-answer', 'incoming'],
    from: (states) =>
      states.find(
        ({ state, to }, index) =>
          (state === 'LocalOffer' && states[index + 1]?.state === 'Ended') ||
          (state === 'Answering' && to !== undefined && states[index + 1]?.state === 'Ended'),
      )?.from,
  },
  {
    why: 'who connects anew has another port, and counts as another party in a capture',
    from: (_states, observed) => secondPlace(observed),
  },
  {
    why: 'a response over another connection counts as one to somebody else, who has not called',
    figures: ['outgoing'],
    from: (_states, observed) => (secondPlace(observed) === undefined ? undefined : -Infinity),
  },
  {
    why: 'a BYE that cannot be sent is no message',
    from: (_states, observed) =>
      observed.find(
        ({ kind, at, ...seen }) =>
          kind === 'dialog' &&
          'event' in seen &&
          seen.event === 'local-bye' &&
          !observed.some(
            (other) =>
              other.kind === 'message' &&
              other.direction === 'out' &&
              other.text.startsWith('BYE ') &&
              Math.abs(other.at - at) < 1,
          ),
      )?.at,
  },
  {
    why: 'whether a notifier refused, or somebody before it, is not said',
    figures: ['notifier'],
    from: (states) => (taking('refuse')(states) === undefined ? undefined : 0),
  },
  {
    why: 'what a notifier has to say waits while a NOTIFY is unanswered, and is seen with the next',
    figures: ['notifier'],
    from: (states, observed) =>
      states.find(
        ({ event, from }) =>
          (event === 'close' || event === 'grant') &&
          lastBefore(from, observed, /^NOTIFY /) >
            lastBefore(from, observed, /^SIP[^]*\r\nCSeq: \d+ NOTIFY\r\n/),
      )?.from,
  },
];

/** The place of the last message before `until` that begins so. */
function lastBefore(until: number, observed: readonly Observation[], begins: RegExp): number {
  return observed.findLastIndex(
    (seen) => seen.kind === 'message' && seen.at < until && begins.test(seen.text),
  );
}

function secondPlace(observed: readonly Observation[]): number | undefined {
  const places = new Set<string>();
  return observed.find(
    (seen) => seen.kind === 'message' && places.add(placeOf(seen.local)).size > 1,
  )?.at;
}

function brokenAt(observed: readonly Observation[]): number | undefined {
  return observed.find(
    (seen) =>
      (seen.kind === 'flow' && seen.event !== 'opened') ||
      (seen.kind === 'transaction' && seen.event === 'transport err.'),
  )?.at;
}

/** When somebody wished to end a call and could not yet. */
function wishBefore(observed: readonly Observation[]): number | undefined {
  return observed.find(
    (seen) =>
      seen.kind === 'session' &&
      (seen.after === 'Leaving' ||
        seen.after === 'Withdrawing' ||
        (seen.event === 'abort' && !observed.some((other) => isCancelAt(other, seen.at)))),
  )?.at;
}

function isCancelAt(seen: Observation, at: number): boolean {
  return seen.kind === 'message' && seen.text.startsWith('CANCEL ') && Math.abs(seen.at - at) < 1;
}

/** How many To tags the answers to INVITEs have that begin so. */
function tagsIn(observed: readonly Observation[], begins: RegExp): number {
  return new Set(
    observed.flatMap((seen) =>
      seen.kind === 'message' &&
      begins.test(seen.text) &&
      /\r\nCSeq: \d+ INVITE\r\n/.test(seen.text)
        ? (/\r\nTo: .*;tag=(\S+)/.exec(seen.text)?.[1] ?? [])
        : [],
    ),
  ).size;
}

function entering(...names: readonly string[]) {
  return (states: readonly StateSpan[]): number | undefined =>
    states.find(({ state }) => names.includes(state))?.from;
}

function taking(name: string) {
  return (states: readonly StateSpan[]): number | undefined =>
    states.find(({ event }) => event === name)?.from;
}

function unseenFrom(
  figure: string,
  states: readonly StateSpan[],
  observed: readonly Observation[],
): number {
  const times = unseen
    .filter(({ figures }) => figures === undefined || figures.some((one) => one === figure))
    .flatMap(({ from }) => from(states, observed) ?? []);
  return Math.min(...times, Infinity);
}

function documentsOf(observed: readonly Observation[]): readonly CallDocument[] {
  const book = new TraceBook();
  for (const one of observed) book.observe(one);
  return book.calls.flatMap(({ id }) => book.document(id) ?? []);
}

function placeOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
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
