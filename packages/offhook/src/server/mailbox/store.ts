// The port of the mailbox to what keeps its messages.

/** A message to be kept. */
export interface NewMessage {
  /** The canonical address-of-record that it is for. */
  readonly aor: string;
  /** These three tell a repeat of a message from another one. */
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  /** Milliseconds since 1970. */
  readonly received: number;
  /** When it is no longer to be delivered, in milliseconds since 1970. */
  readonly due: number;
  /** The request, as a proxy would forward it. */
  readonly bytes: Uint8Array;
}

/** A message that is kept. */
export interface KeptMessage extends NewMessage {
  /** Rises in the order of keeping. */
  readonly id: number;
}

/** Keeps messages for users who are away. */
export interface MessageStore {
  /** How many messages wait for an address-of-record, those on their way to the store among them. */
  count(aor: string): number;
  /** Resolves after the message was stored, with its id, or with that of the same message that was stored before. Rejects when it cannot be stored. */
  keep(message: NewMessage): Promise<number>;
  /** The messages of an address-of-record in the order of their coming. */
  of(aor: string): Promise<readonly KeptMessage[]>;
  /** The messages that were due by `wall`, of everybody. */
  expired(wall: number): Promise<readonly KeptMessage[]>;
  /** Takes a message out. Rejects when that cannot be stored. */
  remove(message: Pick<KeptMessage, 'aor' | 'id'>): Promise<void>;
  /** Takes out all messages for an address-of-record. */
  removeAll(aor: string): Promise<void>;
  /** The addresses-of-record that messages wait for. */
  aors(): readonly string[];
}
