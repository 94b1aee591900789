// Where a response goes: on the flow of its request, else to where its Via says (RFC 3261 §18.2.2, RFC 3263 §5).
import type { Response } from '../message/message.ts';
import { locateVia } from '../transport/locate.ts';
import type { Flow, Target } from '../transport/port.ts';
import { responseTarget } from '../transport/via.ts';
import { protocolsOf } from './hop.ts';
import type { EndpointParts } from './parts.ts';
import { flowTo, transmit } from './wire.ts';
import type { WireNote } from './wire.ts';

/** More targets than these are not tried for one response. */
const mostTargets = 4;

/** Sends `response` by the first way that takes it; `failed` is told when none does. */
export function transmitResponse(
  parts: EndpointParts,
  response: Response,
  flow: Flow,
  note: WireNote,
  failed: (error: Error) => void,
): void {
  const elsewhere = (): void => toSource(parts, response, note, failed);
  if (!flow.open) elsewhere();
  else transmit(parts, response, flow, note, flow.reliable ? elsewhere : failed);
}

// RFC 3261 §18.2.2: a new connection to where the request came from, at the port of its sent-by.
function toSource(
  parts: EndpointParts,
  response: Response,
  note: WireNote,
  failed: (error: Error) => void,
): void {
  const flow = flowTo(parts, responseTarget(response.topVia));
  const elsewhere = (): void => toSentBy(parts, response, note, failed);
  if (flow === undefined) elsewhere();
  else transmit(parts, response, flow, note, elsewhere);
}

// RFC 3263 §5: then to the servers of the sent-by, one after another.
function toSentBy(
  parts: EndpointParts,
  response: Response,
  note: WireNote,
  failed: (error: Error) => void,
): void {
  const { resolver, random, queue } = parts;
  const gone = new Error(`The connection is gone, and nobody takes it at ${response.topVia.host}`);
  if (resolver === undefined) {
    failed(gone);
    return;
  }
  const tryFrom = (targets: readonly Target[]): void => {
    const [target, ...left] = targets;
    if (target === undefined || parts.closed) {
      failed(gone);
      return;
    }
    const flow = flowTo(parts, target);
    if (flow === undefined) tryFrom(left);
    else transmit(parts, response, flow, note, () => tryFrom(left));
  };
  const options = { resolver, random, protocols: protocolsOf(parts) };
  void locateVia(response.topVia, options).then((located) => {
    queue.run(() => tryFrom(located.ok ? located.value.slice(0, mostTargets) : []));
  });
}
