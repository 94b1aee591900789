// The same request by two ways: only the first is served (RFC 3261 §8.2.2.2).
import { own } from '../base/bytes.ts';
import type { Request } from '../message/message.ts';

/** The requests outside dialogs that are being served now, by From tag, Call-ID and CSeq. */
export class MergedRequests {
  readonly #serving = new Set<string>();

  /** Undefined when this request is being served under another transaction; else the name by which it is forgotten again. */
  take(request: Request): string | undefined {
    const { fromTag, callId, cseq } = request;
    const name = own(`${fromTag ?? ''} ${callId} ${cseq.number} ${cseq.method}`);
    if (this.#serving.has(name)) return undefined;
    this.#serving.add(name);
    return name;
  }

  /** The transaction of a request that was taken is over. */
  forget(name: string): void {
    this.#serving.delete(name);
  }

  get size(): number {
    return this.#serving.size;
  }
}
