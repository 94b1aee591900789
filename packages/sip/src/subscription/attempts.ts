// The SUBSCRIBEs and REFERs whose first NOTIFYs may still come: they make the dialogs (RFC 6665 §4.1.2.4, §4.4.1).
import type { Received } from '../endpoint/usage.ts';

/** A request of ours that NOTIFYs answer. */
export interface Attempt {
  readonly callId: string;
  /** The From tag of the request. */
  readonly localTag: string;
  /** Takes a NOTIFY with a From tag that no dialog has; false when it is about another event. */
  adopt(received: Received): boolean;
  /** Takes no more. */
  close(): void;
}

/** The attempts of one user agent, each there for 64*T1. */
export class Attempts {
  readonly #attempts = new Map<string, Attempt>();
  /** How many it takes. */
  readonly limit: number;

  constructor(limit = 50_000) {
    this.limit = limit;
  }

  get size(): number {
    return this.#attempts.size;
  }

  get full(): boolean {
    return this.#attempts.size >= this.limit;
  }

  add(attempt: Attempt): void {
    this.#attempts.set(`${attempt.callId} ${attempt.localTag}`, attempt);
  }

  remove({ callId, localTag }: Attempt): void {
    this.#attempts.delete(`${callId} ${localTag}`);
  }

  /** Waits for nobody any more. */
  close(): void {
    for (const attempt of [...this.#attempts.values()]) attempt.close();
  }

  /** Hands a NOTIFY for which there is no dialog to the attempt that it answers; false when there is none. */
  adopt(received: Received): boolean {
    const { callId, toTag } = received.request;
    return this.#attempts.get(`${callId} ${toTag ?? ''}`)?.adopt(received) ?? false;
  }
}
