// CANCEL goes to where its INVITE went, in a transaction of its own; what is answered to it changes nothing (RFC 3261 §9.1).
import type { Request } from '../message/message.ts';
import { NonInviteClient } from '../transaction/non-invite-client.ts';
import type { Flow } from '../transport/port.ts';
import type { EndpointParts } from './parts.ts';
import type { Waiting } from './waiting.ts';
import { transmit } from './wire.ts';

/** Sends `cancel`, which has the Via of its INVITE, on `flow`. */
export function sendCancel(parts: EndpointParts, cancel: Request, flow: Flow): void {
  const client: NonInviteClient = new NonInviteClient({
    surroundings: parts.surroundings,
    request: cancel,
    reliable: flow.reliable,
    send: (message, repeat) =>
      transmit(parts, message, flow, { transaction: client, repeat }, (error) =>
        client.transportFailed(error),
      ),
    user: {
      response: () => undefined,
      timeout: () => undefined,
      transportError: () => undefined,
      ended: () => parts.waiting.remove(flow, waiting),
    },
  });
  const waiting: Waiting = {
    flowFailed: (error) => client.transportFailed(error),
    abandoned: () => undefined,
  };
  parts.transactions.addClient(client);
  parts.waiting.add(flow, waiting);
  client.start();
}
