// What the rules read: a document with its messages parsed, its transactions linked over hops, and its parties by name.
import type {
  CallDocument,
  NegotiationDocument,
  PartyDocument,
  StepDocument,
} from '../document/document.ts';
import type { Certainty, Finding } from './explanation.ts';
import { SeenDialog } from './seen-dialog.ts';
import { SeenMessage } from './seen-message.ts';
import { SeenTransaction } from './seen-transaction.ts';
import { quoted } from './say.ts';
import { harmless } from './show.ts';

/** A view of a document that reads of it what is asked for, once. It never throws, whatever the document holds. */
export class CallFacts {
  readonly document: CallDocument;
  /** In the order of time. */
  readonly messages: readonly SeenMessage[];
  readonly #byNumber: ReadonlyMap<number, SeenMessage>;
  readonly #parties: ReadonlyMap<number, PartyDocument>;
  #names: ReadonlyMap<number, string> | undefined;
  #transactions: readonly SeenTransaction[] | undefined;
  #transactionOf: ReadonlyMap<number, SeenTransaction> | undefined;
  readonly #roots = new Map<string | undefined, readonly SeenTransaction[]>();
  #cancels: ReadonlyMap<string, SeenTransaction> | undefined;
  #acks: ReadonlyMap<string, readonly SeenMessage[]> | undefined;
  #dialogs: readonly SeenDialog[] | undefined;

  constructor(document: CallDocument) {
    this.document = document;
    this.messages = document.messages.map((row) => new SeenMessage(row));
    this.#byNumber = new Map(this.messages.map((seen) => [seen.number, seen]));
    this.#parties = new Map(document.parties.map((party) => [party.id, party]));
  }

  /** The message with this number. */
  message(number: number | undefined): SeenMessage | undefined {
    return number === undefined ? undefined : this.#byNumber.get(number);
  }

  /** The party with this id. */
  party(id: number | undefined): PartyDocument | undefined {
    return id === undefined ? undefined : this.#parties.get(id);
  }

  /** How a party is called in sentences; two of the same name are told apart by their addresses. */
  name(id: number | undefined): string {
    this.#names ??= namesOf(this.document.parties);
    return (id === undefined ? undefined : this.#names.get(id)) ?? 'somebody';
  }

  /** The transactions, linked over hops. */
  get transactions(): readonly SeenTransaction[] {
    if (this.#transactions !== undefined) return this.#transactions;
    const transactions = this.document.transactions.map(
      (row) => new SeenTransaction(row, this.#messagesOf(row.messages)),
    );
    SeenTransaction.link(transactions);
    return (this.#transactions = transactions);
  }

  /** The transactions of a method on the first hop that was seen of them. */
  roots(method?: string): readonly SeenTransaction[] {
    const known = this.#roots.get(method);
    if (known !== undefined) return known;
    const roots = this.transactions.filter(
      (transaction) =>
        transaction.upstream === undefined &&
        transaction.method !== 'ACK' &&
        (method === undefined || transaction.method === method),
    );
    this.#roots.set(method, roots);
    return roots;
  }

  /** INVITEs that begin a session on the first hop that was seen of them: those without a To tag. */
  get invitations(): readonly SeenTransaction[] {
    return this.roots('INVITE').filter(
      ({ request }) => request?.message !== undefined && request.message.toTag === undefined,
    );
  }

  /** A later try of the same request by the same party that came to a 2xx: the trouble was got over. */
  successAfter(failed: SeenTransaction): SeenTransaction | undefined {
    const { request } = failed;
    return this.roots(failed.method).find(
      (other) =>
        other !== failed.root &&
        other.row.leg === failed.row.leg &&
        other.status !== undefined &&
        other.status < 300 &&
        other.client === failed.root.client &&
        (other.request?.at ?? 0) > (failed.root.request?.at ?? 0) &&
        other.request?.message?.toTag === request?.message?.toTag,
    );
  }

  /** The transaction of a message. */
  transactionOf(seen: SeenMessage): SeenTransaction | undefined {
    this.#transactionOf ??= new Map(
      this.transactions.flatMap((each) => each.row.messages.map((number) => [number, each])),
    );
    return this.#transactionOf.get(seen.number);
  }

  /** The dialogs with their transactions. */
  get dialogs(): readonly SeenDialog[] {
    return (this.#dialogs ??= this.document.dialogs.map((row) => {
      const inside = new Set(row.messages);
      return new SeenDialog(
        row,
        this.#messagesOf(row.messages),
        this.transactions.filter((transaction) =>
          transaction.row.messages.some((number) => inside.has(number)),
        ),
      );
    }));
  }

  /** The dialog with this number. */
  dialog(number: number | undefined): SeenDialog | undefined {
    return this.dialogs.find((dialog) => dialog.number === number);
  }

  /** ACKs to a 2xx of this INVITE on any hop: same CSeq number and both tags (RFC 3261 §13.2.2.4). */
  acksOf(success: SeenMessage): readonly SeenMessage[] {
    const answer = success.response;
    if (answer === undefined) return [];
    return this.acksFrom(success.row.leg, answer.fromTag).filter(
      ({ request }) =>
        request?.cseq.number === answer.cseq.number && request.toTag === answer.toTag,
    );
  }

  /** All ACKs of a leg with this From tag, on any hop. */
  acksFrom(leg: number, fromTag: string | undefined): readonly SeenMessage[] {
    if (this.#acks === undefined) {
      const acks = new Map<string, SeenMessage[]>();
      for (const seen of this.messages) {
        if (seen.method !== 'ACK' || seen.request === undefined) continue;
        const key = `${seen.row.leg} ${seen.request.fromTag ?? ''}`;
        const group = acks.get(key);
        if (group === undefined) acks.set(key, [seen]);
        else group.push(seen);
      }
      this.#acks = acks;
    }
    return this.#acks.get(`${leg} ${fromTag ?? ''}`) ?? [];
  }

  /** CANCELs of this INVITE on its hop (RFC 3261 §9.1: the same branch). */
  cancelOf(invite: SeenTransaction): SeenTransaction | undefined {
    this.#cancels ??= new Map(
      this.transactions.flatMap((each) => (each.method === 'CANCEL' ? [[hopKey(each), each]] : [])),
    );
    return this.#cancels.get(hopKey(invite));
  }

  /** Negotiations of a session, in the order of their offers. */
  negotiationsOf(session: number | undefined): readonly NegotiationDocument[] {
    return this.document.negotiations.filter((each) => each.session === session);
  }

  /** Steps of the machine with this label. */
  stepsOf(lane: 'T' | 'D' | 'S', number: number): readonly StepDocument[] {
    return this.document.steps.filter(
      ({ change }) => change.label?.lane === lane && change.label.number === number,
    );
  }

  /** Who sent the first request, and the farthest party that it came to. */
  get caller(): number | undefined {
    return (this.invitations[0] ?? this.transactions[0])?.client;
  }

  /** Whom the caller dialled: the user in To, else its host. */
  get dialled(): string {
    const uri = (this.invitations[0] ?? this.transactions[0])?.first?.message?.to.uri;
    if (uri === undefined) return 'somebody';
    if ('user' in uri && uri.user !== undefined && uri.user !== '') return quoted(uri.user);
    if ('number' in uri) return quoted(uri.number);
    return 'host' in uri ? quoted(uri.host) : quoted(uri.text);
  }

  /** Whether a party told of itself: then what is said of it is recorded. */
  certainty(...parties: readonly (number | undefined)[]): Certainty {
    return parties.some((id) => this.party(id)?.observed === true) ? 'recorded' : 'inferred';
  }

  /** `about` of a finding: these transactions with all their messages. */
  about(...transactions: readonly (SeenTransaction | undefined)[]): Finding['about'] {
    const known = transactions.filter((each) => each !== undefined);
    return {
      messages: [...new Set(known.flatMap(({ all }) => all.map(({ number }) => number)))],
      transactions: [...new Set(known.map(({ number }) => number))],
    };
  }

  /** When the capture ends, in milliseconds since 1970. */
  get endedAt(): number {
    return Math.max(this.document.endedAt, this.messages.at(-1)?.at ?? 0);
  }

  /** How long was looked for more of the call, in milliseconds since 1970. */
  get watchedUntil(): number {
    return Math.max(this.document.watchedUntil, this.endedAt);
  }

  #messagesOf(numbers: readonly number[]): readonly SeenMessage[] {
    return numbers.map((number) => this.#byNumber.get(number)).filter((seen) => seen !== undefined);
  }
}

function hopKey({ first, row }: SeenTransaction): string {
  return `${row.leg} ${first?.message?.branch ?? row.branch}`;
}

function namesOf(parties: readonly PartyDocument[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const { id, name, addresses } of parties) {
    const [address = `party ${id}`] = addresses;
    const shared =
      name !== undefined && parties.some((other) => other.id !== id && other.name === name);
    const text = name === undefined ? address : shared ? `${name} (${address})` : name;
    names.set(id, harmless(text, true));
  }
  return names;
}
