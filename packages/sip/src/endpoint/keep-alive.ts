// Keep-alives of both kinds at an endpoint: those of others are answered, ours are kept going (RFC 5626 §4.4, §5.4, §8).
import { answerBinding } from '../stun/binding.ts';
import { KeepAlive } from '../transport/keep-alive.ts';
import type { KeepAliveOptions } from '../transport/keep-alive.ts';
import type { Flow } from '../transport/port.ts';
import type { EndpointParts } from './parts.ts';

/** How a flow is kept alive. */
export type KeepFlowOptions = Pick<KeepAliveOptions, 'seconds' | 'mapped' | 'user'>;

/** The flows of one endpoint that are kept alive, by id. */
export class KeptFlows {
  readonly #flows = new Map<string, Set<KeepAlive>>();

  get size(): number {
    return this.#flows.size;
  }

  add(flow: Flow, keepAlive: KeepAlive): void {
    const there = this.#flows.get(flow.id);
    if (there === undefined) this.#flows.set(flow.id, new Set([keepAlive]));
    else there.add(keepAlive);
  }

  remove(flow: Flow, keepAlive: KeepAlive): void {
    const there = this.#flows.get(flow.id);
    there?.delete(keepAlive);
    if (there?.size === 0) this.#flows.delete(flow.id);
  }

  of(flow: Flow): readonly KeepAlive[] {
    return this.#flows.size === 0 ? [] : [...(this.#flows.get(flow.id) ?? [])];
  }

  /** Asks on each flow at once whether it works. */
  check(): void {
    for (const there of this.#flows.values()) for (const one of there) one.check();
  }

  close(): void {
    for (const there of this.#flows.values()) for (const one of there) one.stop();
    this.#flows.clear();
  }
}

/** Takes a keep-alive that arrived: a STUN request is answered (RFC 5626 §8), anything else may be the answer to ours. */
export function receiveKeepAlive(parts: EndpointParts, bytes: Uint8Array, flow: Flow): void {
  const answer = flow.reliable ? undefined : answerBinding(bytes, flow.remote);
  if (answer === undefined) for (const one of parts.kept.of(flow)) one.receive(bytes);
  else flow.send(answer, () => undefined);
}

/** Keeps `flow` alive until the function that comes back is called, or the flow fails. */
export function keepFlow(parts: EndpointParts, flow: Flow, options: KeepFlowOptions): () => void {
  const { clock, random, queue, tap, name } = parts;
  const stop = (): void => {
    keepAlive.stop();
    parts.kept.remove(flow, keepAlive);
  };
  const failed = (reason: string): void => {
    stop();
    const { id, protocol, local, remote } = flow;
    tap?.observe({
      v: 1,
      kind: 'flow',
      at: clock.wall(),
      endpoint: name,
      flow: id,
      event: 'failed',
      protocol,
      local,
      remote,
      reason,
    });
    queue.guard(() => options.user.failed(reason));
  };
  const user = { alive: () => queue.guard(() => options.user.alive()), failed };
  const keepAlive = new KeepAlive({ ...options, flow, clock, random, run: queue.run, user });
  parts.kept.add(flow, keepAlive);
  return stop;
}
