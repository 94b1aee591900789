// A transaction of a document on one hop: its request, what came back, and the hops before and after it.
import { via } from '../../message/header/via.ts';
import type { TransactionDocument } from '../document/document.ts';
import type { SeenMessage } from './seen-message.ts';

/** A transaction on one hop, with its messages told apart. ACK to a 2xx is a transaction of its own (RFC 3261 §17.1.1.3). */
export class SeenTransaction {
  readonly row: TransactionDocument;
  /** The request and its repeats. */
  readonly requests: readonly SeenMessage[];
  /** Responses below 200, without repeats. */
  readonly provisionals: readonly SeenMessage[];
  /** Final responses and their repeats. */
  readonly finals: readonly SeenMessage[];
  /** ACK to a response of 300 and above. */
  readonly acks: readonly SeenMessage[];
  /** All its messages in order. */
  readonly all: readonly SeenMessage[];
  #upstream: SeenTransaction | undefined;
  readonly #downstream: SeenTransaction[] = [];

  constructor(row: TransactionDocument, messages: readonly SeenMessage[]) {
    this.row = row;
    this.all = messages;
    const requests = messages.filter(({ status }) => status === undefined);
    const responses = messages.filter(({ status }) => status !== undefined);
    this.requests = requests.filter(({ method }) => method === row.method);
    this.acks = requests.filter(({ method }) => method === 'ACK' && row.method !== 'ACK');
    this.provisionals = responses.filter(
      ({ status = 0, row: { resend } }) => status < 200 && resend === 0,
    );
    this.finals = responses.filter(({ status = 0 }) => status >= 200);
  }

  /** Its number in the document. */
  get number(): number {
    return this.row.number;
  }

  /** The method of its request. */
  get method(): string {
    return this.row.method;
  }

  /** Id of the party that sent the request; undefined when no message tells. */
  get client(): number | undefined {
    return this.row.client ?? this.request?.row.from ?? this.#response?.row.to;
  }

  /** Id of the party that the request went to. */
  get server(): number | undefined {
    return this.row.server ?? this.request?.row.to ?? this.#response?.row.from;
  }

  /** The request as it was first seen. */
  get request(): SeenMessage | undefined {
    return this.requests[0];
  }

  /** The first final response. */
  get final(): SeenMessage | undefined {
    return this.finals[0];
  }

  /** The status of the first final response. */
  get status(): number | undefined {
    return this.final?.status;
  }

  /** What was seen of it first. */
  get first(): SeenMessage | undefined {
    return this.all[0];
  }

  /** The same request on the hop before this one, by a proxy that passed it on. */
  get upstream(): SeenTransaction | undefined {
    return this.#upstream;
  }

  /** The same request on the hops after this one: several when it was forked. */
  get downstream(): readonly SeenTransaction[] {
    return this.#downstream;
  }

  /** The first hop that was seen of this request. */
  get root(): SeenTransaction {
    return this.#upstream === undefined ? this : this.#upstream.root;
  }

  /** The hop on which the final response was made: the farthest one with the same final response. */
  get origin(): SeenTransaction {
    const answer = this.final?.response;
    if (answer === undefined) return this;
    const same = this.#downstream.find(
      ({ final }) => final?.status === this.status && final?.response?.toTag === answer.toTag,
    );
    return same === undefined ? this : same.origin;
  }

  /** Whether a timer of this name is told to have fired at its client or server, by an endpoint or by replay. */
  fired(timer: string): boolean {
    return this.row.machines.some(({ timers }) =>
      timers.some(({ name, fired }) => name === timer && fired),
    );
  }

  /** RFC 3261 §16.6 step 8: a proxy puts its own Via on top, so the hop before is the one whose branch stands second. */
  static link(transactions: readonly SeenTransaction[]): void {
    const byBranch = new Map<string, SeenTransaction>();
    for (const transaction of transactions) byBranch.set(keyOf(transaction), transaction);
    for (const transaction of transactions) {
      const [, second] = transaction.first?.message?.get(via) ?? [];
      if (second?.branch === undefined) continue;
      const { leg, method } = transaction.row;
      const before = byBranch.get(`${leg} ${method} ${second.branch}`);
      if (before === undefined || before.root === transaction.root) continue;
      transaction.#upstream = before;
      before.#downstream.push(transaction);
    }
  }

  get #response(): SeenMessage | undefined {
    return this.provisionals[0] ?? this.finals[0];
  }
}

function keyOf({ row, first }: SeenTransaction): string {
  const branch = first?.message?.branch ?? row.branch;
  return `${row.leg} ${row.method} ${branch}`;
}
