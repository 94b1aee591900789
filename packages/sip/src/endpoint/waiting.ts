// Who waits for an answer on which flow: when a flow breaks, all of them are told at once (RFC 3261 §18.4, RFC 7118 §5.3).
import type { Flow } from '../transport/port.ts';

/** Something that was sent and waits for its answer. */
export interface Waiting {
  /** The flow broke: an answer may come another way, or never. */
  flowFailed(error: Error): void;
  /** The endpoint closes: no answer will be heard. */
  abandoned(): void;
}

/** The waiting requests of one endpoint, by flow. */
export class WaitingRoom {
  readonly #flows = new Map<string, Set<Waiting>>();

  /** How many wait. */
  get size(): number {
    let size = 0;
    for (const waiting of this.#flows.values()) size += waiting.size;
    return size;
  }

  add(flow: Flow, waiting: Waiting): void {
    const there = this.#flows.get(flow.id);
    if (there === undefined) this.#flows.set(flow.id, new Set([waiting]));
    else there.add(waiting);
  }

  remove(flow: Flow, waiting: Waiting): void {
    const there = this.#flows.get(flow.id);
    there?.delete(waiting);
    if (there?.size === 0) this.#flows.delete(flow.id);
  }

  /** Tells all that wait on `flow`. */
  flowFailed(flow: Flow, error: Error): void {
    for (const waiting of [...(this.#flows.get(flow.id) ?? [])]) waiting.flowFailed(error);
  }

  /** Tells everybody, and forgets them. */
  close(): void {
    const all = [...this.#flows.values()].flatMap((waiting) => [...waiting]);
    this.#flows.clear();
    for (const waiting of all) waiting.abandoned();
  }
}
