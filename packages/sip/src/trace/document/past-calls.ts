// Calls that were let go: just their lines are kept, so that one that goes on afterwards is known again.
import type { Joint } from './dossier.ts';
import type { CallSummary } from './summary.ts';

/** How many lines are kept. */
const most = 200_000;

/** A call that was let go. */
export interface PastCall {
  readonly line: CallSummary;
  /** Its legs with how each was joined. */
  readonly legs: ReadonlyMap<string, Joint>;
}

/** Lines of calls, the one that was let go first at the beginning. */
export class PastCalls {
  /** Calls of which not even the line is kept. */
  forgotten = 0;
  readonly #lines = new Map<string, CallSummary>();
  /** Of calls with several legs; most have one. */
  readonly #legs = new Map<string, PastCall['legs']>();
  readonly #ids = new Map<string, string>();

  /** How many there are. */
  get count(): number {
    return this.#lines.size;
  }

  /** Their lines. */
  get lines(): Iterable<CallSummary> {
    return this.#lines.values();
  }

  /** Lets a call go. */
  add({ line, legs }: PastCall): void {
    this.#lines.set(line.id, line);
    if (legs.size > 1) {
      this.#legs.set(line.id, legs);
      for (const callId of legs.keys()) this.#ids.set(callId, line.id);
    }
    for (const eldest of this.#lines.keys()) {
      if (this.#lines.size <= most) break;
      this.take(eldest);
      this.forgotten += 1;
    }
  }

  /** Whether one of the calls has this Call-ID in one of its legs. */
  has(callId: string): boolean {
    return this.#lines.has(callId) || this.#ids.has(callId);
  }

  /** Takes out the call with this Call-ID, which goes on; undefined when there is none. */
  take(callId: string): PastCall | undefined {
    const id = this.#ids.get(callId) ?? callId;
    const line = this.#lines.get(id);
    if (line === undefined) return undefined;
    const legs = this.#legs.get(id) ?? new Map([[id, { joinedBy: undefined, certain: true }]]);
    this.#lines.delete(id);
    this.#legs.delete(id);
    for (const leg of legs.keys()) this.#ids.delete(leg);
    return { line, legs };
  }
}
