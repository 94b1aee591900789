// The machines of parties that did not record: what a document tells of is replayed at both its ends.
import type { TransactionKind } from '../../base/tap.ts';
import type {
  CallDocument,
  ChangeDocument,
  DialogDocument,
  MachineDocument,
  MessageDocument,
  SessionDocument,
  StepDocument,
  TransactionDocument,
} from '../document/document.ts';
import type { Label } from '../correlate/labelled.ts';
import { replayIncoming, replayOutgoing } from './call.ts';
import type { CallToReplay } from './call.ts';
import { replayDialog } from './dialog.ts';
import { replayOfferAnswer } from './offer-answer.ts';
import type { PartyMessage } from './party-message.ts';
import { replayProvisionals } from './provisional.ts';
import { replaySession } from './session.ts';
import { replaySessionTimer } from './session-timer.ts';
import type { Replayed } from './tell.ts';
import { parsedOf, partyMessages, seenBy } from './seen-by.ts';
import { replayTransaction } from './transaction.ts';
import { replayUsages } from './usages.ts';

/** What is replayed of a document; its streams and bindings have nothing to do with it. */
type Replayable = Omit<CallDocument, 'streams' | 'bindings'>;

/** Of how many dialogs and sessions of one call the machines are found; a call with more is a flood of forks. */
const mostDialogs = 100;

/** Adds the machines that were not recorded, with what they did at messages and alone. `until`: how long was looked. */
export function fillMachines<Document extends Replayable>(
  document: Document,
  until: number,
): Document {
  const filler = new Filler(document, until);
  const transactions = document.transactions.map((one) => filler.transaction(one));
  const users = filler.usages();
  const dialogs = document.dialogs.map((one, at) =>
    at < mostDialogs ? filler.dialog(one, users.get(one.number) ?? []) : one,
  );
  const sessions = document.sessions.map((one, at) =>
    at < mostDialogs ? filler.session(one) : one,
  );
  const machines = [...document.machines, ...(users.get(undefined) ?? [])];
  return { ...document, transactions, dialogs, sessions, machines, ...filler.finish() };
}

/**
 * The same for transactions without a final response alone, whose timers tell that nobody answered: all that a judgement of the
 * call asks for.
 */
export function fillUnanswered<Document extends Replayable>(
  document: Document,
  until: number,
): Document {
  const filler = new Filler(document, until);
  const transactions = document.transactions.map((one) =>
    one.status === undefined ? filler.transaction(one) : one,
  );
  return { ...document, transactions, steps: filler.steps };
}

/** The figures of a session, in the order in which they are told. */
const usages = [
  replayOutgoing,
  replayIncoming,
  replaySession,
  replayOfferAnswer,
  replayProvisionals,
  replaySessionTimer,
] as const;

/** A dialog, or an INVITE that made none, with the parties at its ends. */
interface Usage extends Pick<DialogDocument, 'leg' | 'createdBy' | 'messages'> {
  readonly parties: readonly (number | undefined)[];
}

class Filler {
  readonly #document: Replayable;
  readonly #until: number;
  readonly #messages: ReadonlyMap<number, MessageDocument>;
  readonly #cancels = new Map<string, TransactionDocument[]>();
  readonly #foreign: ReadonlySet<number>;
  readonly #changes = new Map<number, ChangeDocument[]>();
  readonly #steps: { at: number; party: number; leg: number; change: ChangeDocument }[] = [];
  readonly #replayedDialogs = new Set<number>();
  /** Parties that call, with the From tag of their call. */
  readonly #calling = new Set<string>();

  constructor(document: Replayable, until: number) {
    this.#document = document;
    this.#until = until;
    this.#messages = new Map(document.messages.map((message) => [message.number, message]));
    for (const one of document.transactions) {
      if (one.method !== 'CANCEL') continue;
      this.#cancels.set(one.branch, [...(this.#cancels.get(one.branch) ?? []), one]);
    }
    this.#foreign = new Set(document.parties.flatMap(({ id, observed }) => (observed ? [] : id)));
  }

  transaction(transaction: TransactionDocument): TransactionDocument {
    const { client, server } = transaction;
    const machines = [
      ...this.#transactionAt(transaction, client, 'client'),
      ...this.#transactionAt(transaction, server, 'server'),
    ];
    if (machines.length === 0) return transaction;
    return {
      ...transaction,
      machines: [...transaction.machines, ...machines].toSorted(clientFirst),
    };
  }

  /** Subscriptions by the number of their dialog; those without one, registrations and publications by none. */
  usages(): ReadonlyMap<number | undefined, readonly MachineDocument[]> {
    const { messages, dialogs } = this.#document;
    const users = new Map<number | undefined, MachineDocument[]>();
    const found = replayUsages({ messages, dialogs, foreign: this.#foreign, until: this.#until });
    for (const { dialog, party, leg, replayed } of found) {
      const machines = users.get(dialog) ?? [];
      users.set(dialog, machines);
      machines.push(...this.#keep(replayed, party, leg));
    }
    return users;
  }

  /** With the machines of its subscriptions, `users`. */
  dialog(dialog: DialogDocument, users: readonly MachineDocument[]): DialogDocument {
    const { number, leg, source, ends } = dialog;
    const label: Label = { lane: 'D', number, source };
    const machines = ends.flatMap(({ party }) => {
      const call = this.#callOf(dialog, party, label);
      if (call === undefined) return [];
      const own = users.filter((machine) => machine.party === party);
      return this.#keep(replayDialog(call, own), call.party, leg);
    });
    if (machines.length > 0) this.#replayedDialogs.add(number);
    return { ...dialog, machines: [...dialog.machines, ...machines, ...users] };
  }

  session(session: SessionDocument): SessionDocument {
    const { number, leg, source } = session;
    const usage = this.#usageOf(session);
    if (usage === undefined) return session;
    const label: Label = { lane: 'S', number, source };
    const machines = usage.parties.flatMap((party) => {
      const call = this.#callOf(usage, party, label);
      if (call === undefined) return [];
      // Of all tries and forks of one INVITE its sender has one machine, in the first session.
      const calling = call.messages.find(({ creates }) => creates)?.message?.fromTag;
      const isFork = calling !== undefined && this.#calling.has(`${call.party} ${calling}`);
      this.#calling.add(`${call.party} ${calling ?? ''}`);
      return usages.flatMap((replay) =>
        isFork && replay === replayOutgoing ? [] : this.#keep(replay(call), call.party, leg),
      );
    });
    return { ...session, machines: [...session.machines, ...machines] };
  }

  /** What a session is a usage of: its dialog, or the INVITE that offered it where none came of that. */
  #usageOf(session: SessionDocument): Usage | undefined {
    const { dialogs, messages, transactions } = this.#document;
    const first = messages.find(({ labels }) =>
      labels.some(({ lane, number }) => lane === 'S' && number === session.number),
    );
    const creator = transactions.find(
      (one) => first !== undefined && one.messages.includes(first.number),
    );
    const dialog =
      dialogs.find(({ number }) => number === session.dialog) ??
      dialogs.find(({ createdBy }) => createdBy !== undefined && createdBy === creator?.number);
    if (dialog !== undefined) return { ...dialog, parties: dialog.ends.map(({ party }) => party) };
    if (creator?.method !== 'INVITE') return undefined;
    const hops = transactions.filter(
      ({ method, leg, messages: [request] }) =>
        method === 'INVITE' &&
        leg === creator.leg &&
        this.#messages.get(request ?? 0)?.cseq === first?.cseq,
    );
    const clients = hops.map(({ client }) => client);
    const servers = hops.map(({ server }) => server).filter((party) => !clients.includes(party));
    const parties = [creator.client, ...new Set(servers)];
    return { leg: creator.leg, createdBy: creator.number, messages: [], parties };
  }

  #callOf(
    dialog: Omit<Usage, 'parties'>,
    party: number | undefined,
    label: Label,
  ): (CallToReplay & { readonly party: number }) | undefined {
    if (party === undefined || !this.#foreign.has(party)) return undefined;
    const messages = this.#partyMessages(dialog, party);
    // Of who said nothing it is not known whether anything came to him.
    if (!messages.some(({ sent }) => sent)) return undefined;
    return { party, label, messages, until: this.#until };
  }

  finish(): Pick<CallDocument, 'messages' | 'steps'> {
    // What was told of both ends together is told of each end now.
    const isTold = ({ label, figure, source }: ChangeDocument): boolean =>
      source === 'inferred' &&
      figure === undefined &&
      label?.lane === 'D' &&
      this.#replayedDialogs.has(label.number);
    const messages = this.#document.messages.map((message) => {
      const own = message.changes.filter((change) => !isTold(change));
      return { ...message, changes: [...own, ...(this.#changes.get(message.number) ?? [])] };
    });
    return { messages, steps: this.steps };
  }

  /** The steps of the document and those of its machines that no message caused. */
  get steps(): readonly StepDocument[] {
    const inferred = this.#steps
      .toSorted((one, other) => one.at - other.at)
      .map((step, index): StepDocument => ({ frame: -1 - index, ...step }));
    return [...this.#document.steps, ...inferred].toSorted((one, other) => one.at - other.at);
  }

  #transactionAt(
    transaction: TransactionDocument,
    party: number | undefined,
    role: 'client' | 'server',
  ): readonly MachineDocument[] {
    const { number, leg, method, source } = transaction;
    if (party === undefined || !this.#foreign.has(party)) return [];
    const kind = method === 'INVITE' ? 'invite' : 'non-invite';
    const figure: TransactionKind = `${kind}-${role}`;
    const own = this.#messagesOf(transaction);
    // Of a server that said nothing it is not known whether the request came to it.
    if (role === 'server' && !own.some(({ from }) => from === party)) return [];
    const replayed = replayTransaction({
      figure,
      party,
      method,
      label: { lane: 'T', number, source },
      reliable: own.every(({ protocol }) => protocol !== 'UDP'),
      messages: own.flatMap((message) => seenBy(message, party)),
      until: this.#until,
    });
    return this.#keep(replayed, party, leg);
  }

  // With the CANCEL of an INVITE, which is a transaction of its own with the same branch (RFC 3261 §9.1).
  #messagesOf({ method, branch, leg, client, messages }: TransactionDocument) {
    const cancels =
      method === 'INVITE'
        ? (this.#cancels.get(branch) ?? []).filter(
            (other) => other.leg === leg && other.client === client,
          )
        : [];
    const own = messages.flatMap((one) => this.#messages.get(one) ?? []);
    const cancelling = cancels
      .flatMap((cancel) => cancel.messages)
      .flatMap((one) => this.#messages.get(one) ?? [])
      .filter(({ status }) => status === undefined);
    return [...own, ...cancelling].toSorted((one, other) => one.number - other.number);
  }

  // With the answers to the request that created it, which other forks may have given.
  #partyMessages(dialog: Omit<Usage, 'parties'>, party: number): readonly PartyMessage[] {
    const within = new Set(dialog.messages);
    const creator = this.#document.transactions.find(({ number }) => number === dialog.createdBy);
    const request = this.#messages.get(creator?.messages[0] ?? 0);
    const tries = new Set<number | undefined>([request?.cseq]);
    return this.#document.messages.flatMap((message) => {
      const { number, leg, method, cseq, status } = message;
      if (leg !== dialog.leg) return [];
      const parsed = parsedOf(message);
      const isCaller =
        request !== undefined &&
        parsed?.fromTag === parsedOf(request)?.fromTag &&
        (method === request.method || method === 'CANCEL' || method === 'ACK');
      const creates = isCaller && cseq === request.cseq;
      // RFC 3261 §8.1.3.5: what is tried again, with credentials or at another address, has the next CSeq.
      const isNew = isCaller && status === undefined && parsed?.toTag === undefined;
      if (isNew && method === 'INVITE') tries.add(cseq);
      const attempts = isCaller && tries.has(cseq);
      if (!within.has(number) && !attempts) return [];
      return partyMessages(message, party, { creates, attempts, within: within.has(number) });
    });
  }

  #keep(replayed: Replayed | undefined, party: number, leg: number): readonly MachineDocument[] {
    if (replayed === undefined) return [];
    for (const { message, change } of replayed.changes) {
      const changes = this.#changes.get(message) ?? [];
      this.#changes.set(message, changes);
      changes.push(change);
    }
    for (const { at, change } of replayed.steps) this.#steps.push({ at, party, leg, change });
    return [replayed.machine];
  }
}

function clientFirst(one: MachineDocument, other: MachineDocument): number {
  return Number(other.figure.endsWith('client')) - Number(one.figure.endsWith('client'));
}
