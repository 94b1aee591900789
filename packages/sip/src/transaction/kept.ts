// A message that waits to be sent again, kept as its text alone: as an object it takes three times the memory.
import { latin1Bytes, own } from '../base/bytes.ts';
import type { MessageLimits } from '../message/limits.ts';
import type { Message, Request, Response } from '../message/message.ts';
import { parseMessage } from '../message/parse.ts';

/** A message as an object while it is fresh, as text once it only waits. */
export type Kept<M extends Message> = M | string;

/** The message in the least memory. */
export function keep(message: Kept<Message>): string {
  return typeof message === 'string' ? message : own(message.toText());
}

/** A response as it was; undefined when there is none. */
export function keptResponse(kept: Kept<Response> | undefined): Response | undefined {
  const message = typeof kept === 'string' ? restore(kept) : kept;
  return message?.kind === 'response' ? message : undefined;
}

/** A request as it was; undefined when there is none. */
export function keptRequest(kept: Kept<Request> | undefined): Request | undefined {
  const message = typeof kept === 'string' ? restore(kept) : kept;
  return message?.kind === 'request' ? message : undefined;
}

function restore(text: string): Message | undefined {
  const parsed = parseMessage(latin1Bytes(text), unlimited);
  return parsed.ok ? parsed.value : undefined;
}

/** It was within the limits of whoever made it. */
const unlimited: Partial<MessageLimits> = {
  message: Infinity,
  row: Infinity,
  headers: Infinity,
  headerCount: 4096,
  viaCount: Infinity,
  routeCount: Infinity,
  contactCount: Infinity,
};
