// The same request by two ways: only the first is served (RFC 3261 §8.2.2.2).
import { own } from '../base/bytes.ts';
import type { Request } from '../message/message.ts';

/** The requests outside dialogs that are being served now, by From tag, Call-ID and CSeq. */
export class MergedRequests {
  readonly #serving = new Set<string>();

  /** Undefined when this request is being served under another transaction; else what forgets it again. */
  take(request: Request): (() => void) | undefined {
    const { fromTag, callId, cseq } = request;
    const key = own(`${fromTag ?? ''} ${callId} ${cseq.number} ${cseq.method}`);
    if (this.#serving.has(key)) return undefined;
    this.#serving.add(key);
    return () => this.#serving.delete(key);
  }

  get size(): number {
    return this.#serving.size;
  }
}
