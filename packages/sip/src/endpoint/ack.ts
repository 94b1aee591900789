// An ACK to a 2xx: no transaction guards it, so it is sent again with the same bytes for each repeat of the 2xx (RFC 3261 §13.2.2.4).
import { prependHeader } from '../message/edit.ts';
import type { Request } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow, Target } from '../transport/port.ts';
import { isFlow, nextHop, permitted, waysTo, worthTrying } from './hop.ts';
import type { Attempt } from './hop.ts';
import type { EndpointParts } from './parts.ts';
import { flowTo, newVia, transmit } from './wire.ts';

/** Sends `ack`, which has no Via yet, to `hop` or to where it says, and to no address that `mayReach` forbids; returns what sends it again. */
export function sendAck(
  parts: EndpointParts,
  ack: Request,
  hop?: Uri,
  mayReach?: (target: Target) => boolean,
): () => void {
  const sending = new SendingAck(parts, ack);
  waysTo(parts, hop ?? nextHop(ack), (ways) =>
    sending.tryNext(ways.ok ? worthTrying(parts, permitted(ways.value, mayReach), true) : []),
  );
  return () => sending.again();
}

class SendingAck {
  readonly #parts: EndpointParts;
  readonly #ack: Request;
  #way: Attempt | undefined;
  #flow: Flow | undefined;
  #stamped: Request | undefined;

  constructor(parts: EndpointParts, ack: Request) {
    this.#parts = parts;
    this.#ack = ack;
  }

  /** RFC 3263 §4.3: the next target, when one cannot be reached. */
  tryNext(ways: readonly Attempt[]): void {
    const [way, ...left] = ways;
    if (this.#parts.closed) return;
    if (way === undefined) {
      this.#parts.log.warn('An ACK has nowhere to go', { callId: this.#ack.callId });
      return;
    }
    const flow = isFlow(way) ? way : flowTo(this.#parts, way);
    if (flow === undefined) {
      this.tryNext(left);
      return;
    }
    this.#way = way;
    this.#flow = flow;
    this.#stamped = this.#ack.with(prependHeader('Via', newVia(this.#parts, flow)));
    transmit(this.#parts, this.#stamped, flow, {}, () => this.tryNext(left));
  }

  again(): void {
    const parts = this.#parts;
    if (parts.closed || this.#stamped === undefined || this.#flow === undefined) return;
    const way = this.#way;
    if (!this.#flow.open && way !== undefined && !isFlow(way)) {
      this.#flow = flowTo(parts, way) ?? this.#flow;
    }
    transmit(parts, this.#stamped, this.#flow, { repeat: true }, () => undefined);
  }
}
