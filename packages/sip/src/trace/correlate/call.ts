// One call (all with one Call-ID): its lanes, its counters and its latest rows, all of bounded size.
import type { RunningTimer } from '../../base/machine.ts';
import type { DialogStepped, MediaReported, TransactionStepped } from '../../base/tap.ts';
import { keyOf } from './identity.ts';
import type { BindingNote, Call, Credentials, Label, Outcome } from './labelled.ts';
import { DialogItem, SessionItem, TransactionItem } from './lanes.ts';
import type { PartyRecord } from './parties.ts';
import type { MessageFacts } from './read-message.ts';
import type { MessageRowRecord } from './rows.ts';

/** How much of one call is remembered; what is older keeps its number in the rows already given. */
const limits = { rows: 64, items: 200, bodies: 64, reports: 8, legs: 16 } as const;

/** The rows of one text: the message and its repeats. */
export interface Copies {
  readonly rows: MessageRowRecord[];
  resends: number;
}

/** How the call goes, while it goes. */
export interface OutcomeRecord extends Outcome {
  over: boolean;
  status: number | undefined;
  reason: string | undefined;
  answeredAt: number | undefined;
  cancelledBy: PartyRecord | undefined;
  endedBy: PartyRecord | undefined;
  endedAt: number | undefined;
  timedOut: boolean;
  undelivered: boolean;
  begunAt: number;
  tries: number;
  credentials: Credentials | undefined;
  binding: BindingNote | undefined;
  /** True once a REGISTER has made a binding: the next refreshes it. */
  bound: boolean;
  /** URIs that the last REGISTER wants bound. */
  contacts: readonly string[];
  /** True while a challenge waits for the next try. */
  asked: boolean;
  /** The transaction that decides: the latest first request of the party that began the call. */
  primary: TransactionItem | undefined;
  /** The transaction that ends it. */
  last: TransactionItem | undefined;
  caller: PartyRecord | undefined;
  /** The dialog of the first 2xx. */
  dialog: Label | undefined;
}

/** A call as the correlator keeps it. */
export class CallRecord implements Call {
  readonly number: number;
  readonly callId: string;
  readonly startedAt: number;
  readonly #reports = new Map<string, MediaReported>();
  readonly #legs = new Set<CallRecord>();
  callee: PartyRecord | undefined;
  method = '';
  from = '';
  to = '';
  lastAt: number;
  messages = 0;
  resent = 0;
  transactions = 0;
  dialogs = 0;
  sessions = 0;
  readonly outcome: OutcomeRecord = {
    over: false,
    status: undefined,
    reason: undefined,
    answeredAt: undefined,
    cancelledBy: undefined,
    endedBy: undefined,
    endedAt: undefined,
    timedOut: false,
    undelivered: false,
    begunAt: 0,
    tries: 0,
    credentials: undefined,
    binding: undefined,
    bound: false,
    contacts: [],
    asked: false,
    primary: undefined,
    last: undefined,
    caller: undefined,
    dialog: undefined,
  };
  /** Latest message rows, the newest last. */
  readonly recent: MessageRowRecord[] = [];
  readonly copies: Map<number, Copies> = new Map();
  /** Sessions offered before any dialog, by the From tag of the offer. */
  readonly openSessions: Map<string, SessionItem> = new Map();
  /** Parts in offer and answer of bodies seen on an earlier hop. */
  readonly bodies: Map<
    string,
    { readonly role: 'offer' | 'answer'; readonly origin: PartyRecord }
  > = new Map();
  /** Dialogs with agreements whose ACK was seen, but not yet at the one who answered. */
  readonly acknowledged: Set<DialogItem> = new Set();
  /** Endpoints that record their transactions here. */
  readonly recorders: Set<string> = new Set();
  readonly #transactions = new Map<string, TransactionItem>();
  readonly #transactionIds = new Map<string, TransactionItem>();
  readonly #dialogs = new Map<string, DialogItem>();
  readonly #dialogIds = new Map<string, DialogItem>();
  readonly #sessionIds = new Map<string, SessionItem>();
  readonly #timers = new Map<string, ReadonlyMap<string, number>>();

  constructor(number: number, callId: string, at: number) {
    this.number = number;
    this.callId = callId;
    this.startedAt = at;
    this.lastAt = at;
  }

  /** The party that began it. */
  get caller(): PartyRecord | undefined {
    return this.outcome.caller?.current;
  }

  /** The other calls that share its Session-ID. */
  get legs(): readonly CallRecord[] {
    return [...this.#legs];
  }

  /** Both are legs of one call from now on. */
  join(other: CallRecord): void {
    if (other === this || this.#legs.size >= limits.legs) return;
    this.#legs.add(other);
    other.#legs.add(this);
  }

  /** It is forgotten, so that its legs do not keep it. */
  part(): void {
    for (const leg of this.#legs) leg.#legs.delete(this);
    this.#legs.clear();
  }

  /** The latest media counters. */
  get reports(): readonly MediaReported[] {
    return [...this.#reports.values()];
  }

  /** Keeps the counters of one media line; they take the place of those before. */
  report(report: MediaReported): void {
    put(
      this.#reports,
      `${report.endpoint} ${report.session} ${report.line}`,
      report,
      limits.reports,
    );
  }

  /** Keeps a new row among the latest. */
  keep(row: MessageRowRecord, hash: number): void {
    this.recent.push(row);
    if (this.recent.length > limits.rows) this.recent.shift();
    this.know(row, hash);
  }

  /** Has the row found by this hash too. */
  know(row: MessageRowRecord, hash: number): void {
    const copies = this.copies.get(hash) ?? { rows: [], resends: 0 };
    copies.rows.push(row);
    if (copies.rows.length > 16) copies.rows.shift();
    put(this.copies, hash, copies, limits.rows);
  }

  /** The transaction of a message: by the recorded id, else by RFC 3261 §17.1.3. */
  transactionOf(facts: MessageFacts, endpoint: string, id: string | undefined): TransactionItem {
    if (id !== undefined) this.recorders.add(endpoint);
    const idKey = id === undefined ? undefined : `${endpoint} ${id}`;
    const item =
      (idKey === undefined ? undefined : this.#transactionIds.get(idKey)) ?? this.#matching(facts);
    if (idKey !== undefined) put(this.#transactionIds, idKey, item, limits.items);
    // An endpoint that records its transactions and names none for an ACK says that the ACK is one of its own.
    if (id !== undefined || (facts.method === 'ACK' && this.recorders.has(endpoint)))
      item.recorded = true;
    return item;
  }

  /** The transaction of a recorded step. */
  transactionOfStep(step: TransactionStepped): TransactionItem {
    this.recorders.add(step.endpoint);
    const idKey = `${step.endpoint} ${step.id}`;
    const key = `${keyOf(step.branch)} ${step.method}`;
    const item =
      this.#transactionIds.get(idKey) ??
      this.#transactions.get(key) ??
      this.#newTransaction(key, step.method, '');
    item.recorded = true;
    put(this.#transactionIds, idKey, item, limits.items);
    return item;
  }

  /** The dialog with these two tags, from either side; undefined when none is known. */
  dialog(tag: string, other: string): DialogItem | undefined {
    return this.#dialogs.get(dialogKey(tag, other));
  }

  /** The dialog that a message belongs to, made when it is new. */
  dialogOf(facts: MessageFacts): DialogItem {
    const toTag = facts.toTag ?? '';
    const found = this.dialog(facts.fromTag, toTag);
    if (found?.hasUsers === true) return found;
    const ends = `${facts.fromUser ?? '?'};${short(facts.fromTag)} / ${facts.toUser ?? '?'};${short(toTag)}`;
    const item = found ?? this.#newDialog(dialogKey(facts.fromTag, toTag), ends);
    item.ends = ends;
    item.hasUsers = true;
    return item;
  }

  /** The dialog of a recorded step. */
  dialogOfStep(step: DialogStepped): DialogItem {
    const local = keyOf(step.localTag);
    const remote = keyOf(step.remoteTag);
    const found = this.dialog(local, remote);
    const item =
      found ?? this.#newDialog(dialogKey(local, remote), `${short(local)} / ${short(remote)}`);
    item.recorded = true;
    put(this.#dialogIds, `${step.endpoint} ${step.id}`, item, limits.items);
    return item;
  }

  /** The dialog of a recorded id. */
  dialogById(endpoint: string, id: string | undefined): DialogItem | undefined {
    return id === undefined ? undefined : this.#dialogIds.get(`${endpoint} ${id}`);
  }

  /** The session that was offered and has no dialog yet. */
  onlyOpenSession(): SessionItem | undefined {
    return [...this.openSessions.values()].at(-1);
  }

  /** A new session that waits for its offer, or for its dialog when the INVITE brings none. */
  openSession(): SessionItem {
    const session = this.newSession();
    this.openSessions.set('', session);
    return session;
  }

  /** The session that waits for this offer. */
  openSessionOf(fromTag: string): SessionItem | undefined {
    const waiting = this.openSessions.get('');
    if (this.openSessions.has(fromTag) || waiting === undefined)
      return this.openSessions.get(fromTag);
    this.openSessions.delete('');
    this.openSessions.set(fromTag, waiting);
    return waiting;
  }

  /** A new session in its lane. */
  newSession(): SessionItem {
    this.sessions += 1;
    return new SessionItem(this.sessions);
  }

  /** The session of a recorded id, when it is known. */
  sessionById(endpoint: string, id: string): SessionItem | undefined {
    return this.#sessionIds.get(`${endpoint} ${id}`);
  }

  /** Joins a recorded id with a session. */
  nameSession(endpoint: string, id: string, session: SessionItem): void {
    session.recorded = true;
    put(this.#sessionIds, `${endpoint} ${id}`, session, limits.items);
  }

  /** Which of the timers running after a step were started by it. */
  startedTimers(machine: string, timers: readonly RunningTimer[]): readonly RunningTimer[] {
    const before = this.#timers.get(machine);
    const now = new Map(timers.map(({ name, due }) => [name, due]));
    put(this.#timers, machine, now, limits.items);
    return timers.filter(({ name, due }) => Math.abs((before?.get(name) ?? -1) - due) > 1);
  }

  /** Remembers the part of a body. */
  rememberBody(key: string, role: 'offer' | 'answer', origin: PartyRecord): void {
    put(this.bodies, key, { role, origin }, limits.bodies);
  }

  #matching(facts: MessageFacts): TransactionItem {
    if (facts.method === 'ACK') {
      const invite = this.#transactions.get(`${facts.branch} INVITE`);
      // RFC 3261 §17: the ACK belongs to the INVITE's transaction unless the final response was a 2xx.
      if (invite !== undefined && !isSuccess(invite.finalStatus)) return invite;
    }
    const key = `${facts.branch} ${facts.method}`;
    const found = this.#transactions.get(key);
    if (found === undefined) return this.#newTransaction(key, facts.method, facts.sentBy);
    if (found.sentBy === '' || found.sentBy === facts.sentBy) return found;
    // RFC 3261 §17.2.3: two clients may have made the same branch; sent-by tells them apart.
    const longKey = `${key} ${facts.sentBy}`;
    return (
      this.#transactions.get(longKey) ?? this.#newTransaction(longKey, facts.method, facts.sentBy)
    );
  }

  #newTransaction(key: string, method: string, sentBy: string): TransactionItem {
    this.transactions += 1;
    const item = new TransactionItem(this.transactions, method, sentBy);
    put(this.#transactions, key, item, limits.items);
    return item;
  }

  #newDialog(key: string, ends: string): DialogItem {
    this.dialogs += 1;
    const item = new DialogItem(this.dialogs, ends);
    put(this.#dialogs, key, item, limits.items);
    return item;
  }
}

/** Whether `status` is a 2xx. */
export function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

function dialogKey(tag: string, other: string): string {
  return tag < other ? `${tag} ${other}` : `${other} ${tag}`;
}

function short(tag: string): string {
  return tag.length <= 8 ? tag : `${tag.slice(0, 6)}..`;
}

function put<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  for (const eldest of map.keys()) {
    if (map.size <= limit) return;
    map.delete(eldest);
  }
}
