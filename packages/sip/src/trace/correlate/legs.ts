// Which calls are legs of one: those that share half of a Session-ID, whatever their Call-IDs (RFC 7989).
import type { CallRecord } from './call.ts';

/** The calls by the halves of their Session-IDs. */
export class Legs {
  readonly #named = new Map<string, CallRecord>();

  /** `call` is known by these halves; whoever was known by one of them is a leg beside it. */
  join(call: CallRecord, halves: readonly string[]): void {
    for (const half of halves) {
      const other = this.#named.get(half);
      if (other === undefined) this.#named.set(half, call);
      else call.join(other);
    }
  }

  /** The call is forgotten, and its legs do not keep it. */
  forget(call: CallRecord): void {
    for (const [half, owner] of this.#named) if (owner === call) this.#named.delete(half);
    call.part();
  }
}
