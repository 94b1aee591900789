// The live connections of the server by id, so that a request can go back on the one that its callee registered on.
import type { Flow } from '@offhook/sip';

/** Connections that requests have come on (RFC 5626 §5.3). UDP needs none of this: an address is enough. */
export class LiveFlows {
  readonly #flows = new Map<string, Flow>();

  /** Remembers the flow of a request. */
  note(flow: Flow): void {
    if (flow.protocol !== 'UDP') this.#flows.set(flow.id, flow);
  }

  /** Forgets a flow that ended. */
  forget(flow: Flow): void {
    this.#flows.delete(flow.id);
  }

  /** The flow of this id while it is open. */
  get(id: string): Flow | undefined {
    const flow = this.#flows.get(id);
    return flow?.open === true ? flow : undefined;
  }

  get size(): number {
    return this.#flows.size;
  }
}
