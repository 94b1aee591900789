// A dialog of a document: its requests in the order in which each side sent them.
import type { DialogDocument } from '../document/document.ts';
import type { SeenMessage } from './seen-message.ts';
import type { SeenTransaction } from './seen-transaction.ts';

/** Which of the two ends of a dialog: 0 is the one that sent the first request. */
export type Side = 0 | 1;

/** A dialog with its transactions. */
export class SeenDialog {
  readonly row: DialogDocument;
  readonly messages: readonly SeenMessage[];
  /** Transactions of which a message is in this dialog, in the order of their requests. */
  readonly transactions: readonly SeenTransaction[];

  constructor(
    row: DialogDocument,
    messages: readonly SeenMessage[],
    transactions: readonly SeenTransaction[],
  ) {
    this.row = row;
    this.messages = messages;
    this.transactions = transactions;
  }

  /** Its number in the document. */
  get number(): number {
    return this.row.number;
  }

  /** The side that sent a message, by the From tag of its request (RFC 3261 §12.1); undefined when it is of neither. */
  sideOf(seen: SeenMessage): Side | undefined {
    const { message } = seen;
    if (message === undefined) return undefined;
    const asked = this.row.ends.findIndex(({ tag }) => tag !== '' && tag === message.fromTag);
    if (asked < 0) return undefined;
    const sender = message.kind === 'request' ? asked : 1 - asked;
    return sender === 0 ? 0 : 1;
  }

  /** The id of the party at one end. */
  party(side: Side): number | undefined {
    return this.row.ends[side].party;
  }

  /** Transactions inside the dialog on their first hop: those whose request has both tags. */
  get inside(): readonly SeenTransaction[] {
    return this.transactions.filter(
      ({ request, method, upstream }) =>
        request?.message?.toTag !== undefined && method !== 'ACK' && upstream === undefined,
    );
  }
}
