// The way up: bytes become a message, the message finds its transaction, or the core is asked (RFC 3261 §18.1.2, §18.2.1).
import { latin1 } from '../base/bytes.ts';
import { parseMessage } from '../message/parse.ts';
import { createResponse } from '../message/respond.ts';
import type { MessageProblem } from '../message/problem.ts';
import type { Request, Response } from '../message/message.ts';
import { InviteServer } from '../transaction/invite-server.ts';
import { serverKey } from '../transaction/key.ts';
import { NonInviteServer } from '../transaction/non-invite-server.ts';
import type { Flow } from '../transport/port.ts';
import { defaultPort } from '../transport/address.ts';
import { stampReceived } from '../transport/via.ts';
import type { EndpointParts, ServerTransaction } from './parts.ts';
import { transmitResponse } from './respond.ts';
import { observeMessage, sentByKey, transmit } from './wire.ts';

/** Takes what a transport received. Nothing from outside makes this throw. */
export function receive(parts: EndpointParts, bytes: Uint8Array, flow: Flow): void {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) refuse(parts, parsed.error, bytes, flow);
  else if (parsed.value.kind === 'response') receiveResponse(parts, parsed.value, flow);
  else receiveRequest(parts, stampReceived(parsed.value, flow.remote), flow);
}

/** A message that is not well formed is answered when it can be, else dropped and counted. */
export function refuse(
  parts: EndpointParts,
  problem: MessageProblem,
  bytes: Uint8Array,
  flow: Flow,
): void {
  parts.counters.malformed += 1;
  parts.tap?.observe({
    v: 1,
    kind: 'dropped',
    at: parts.clock.wall(),
    endpoint: parts.name,
    flow: flow.id,
    remote: flow.remote,
    reason: problem.text,
    text: latin1(bytes, 0, Math.min(bytes.length, 65_535)),
  });
  if (problem.answer === undefined) return;
  parts.counters.answeredMalformed += 1;
  transmit(parts, problem.answer, flow, {}, () => undefined);
}

function receiveResponse(parts: EndpointParts, response: Response, flow: Flow): void {
  const { host, port } = response.topVia;
  const ours = parts.sentBys.has(sentByKey(host, port)) && parts.core().takes?.(response) !== false;
  const transaction = ours ? parts.transactions.matchResponse(response) : undefined;
  observeMessage(parts, 'in', response, flow, { transaction });
  // RFC 3261 §18.1.2: a sent-by that we never wrote. RFC 6026 §7.3: a response without a transaction goes nowhere.
  if (transaction === undefined) {
    parts.counters.strayResponses += 1;
    return;
  }
  transaction.receive(response);
}

function receiveRequest(parts: EndpointParts, request: Request, flow: Flow): void {
  const key = serverKey(request);
  const known = parts.transactions.matchRequest(request, key);
  const repeat = known !== undefined && request.method !== 'ACK';
  if (known !== undefined) {
    observeMessage(parts, 'in', request, flow, { transaction: known, repeat });
    known.receive(request);
    return;
  }
  if (request.method === 'ACK') {
    observeMessage(parts, 'in', request, flow, {});
    if (request.toTag !== parts.refusalTag) parts.core().ack(request, flow);
    return;
  }
  if (isFullFor(parts, request) || parts.core().refuses?.(request) === true) {
    observeMessage(parts, 'in', request, flow, {});
    refuseWhenFull(parts, request, flow);
    return;
  }
  const answer = parts.core().answers?.(request, flow);
  if (answer !== undefined) {
    observeMessage(parts, 'in', request, flow, {});
    parts.counters.strayRequests += 1;
    transmit(parts, answer, flow, {}, () => undefined);
    return;
  }
  allowAlias(request, flow);
  const transaction = newServerTransaction(parts, request, key, flow);
  observeMessage(parts, 'in', request, flow, { transaction });
  parts.transactions.addServer(transaction);
  raise(parts, request, transaction, flow);
}

// What ends a call, or goes on with one, makes room; only what is new must wait outside.
function isFullFor({ transactions }: EndpointParts, { method, toTag }: Request): boolean {
  const isNew = toTag === undefined && method !== 'CANCEL';
  return isNew ? transactions.full : transactions.crammed;
}

// RFC 5923 §8.2: the port is that of the sent-by; whether the peer may ask for this, the flow knows.
function allowAlias({ topVia }: Request, flow: Flow): void {
  if (flow.alias === undefined || !topVia.parameters.has('alias')) return;
  flow.alias(topVia.port ?? defaultPort(flow.protocol));
}

// Statelessly, before any work: an overloaded server must not be given more to remember.
function refuseWhenFull(parts: EndpointParts, request: Request, flow: Flow): void {
  parts.counters.refusedWhenFull += 1;
  const retryAfter = String(5 + Math.floor(parts.random.fraction() * 25));
  const response = createResponse(request, 503, {
    toTag: parts.refusalTag,
    headers: [['Retry-After', retryAfter]],
  });
  transmit(parts, response, flow, {}, () => undefined);
}

function newServerTransaction(
  parts: EndpointParts,
  request: Request,
  key: string,
  flow: Flow,
): ServerTransaction {
  const options = {
    surroundings: parts.surroundings,
    request,
    key,
    reliable: flow.reliable,
    localTag: parts.random.token(),
    send: (response: Response, repeat: boolean): void => {
      transmitResponse(parts, response, flow, { transaction, repeat }, (error) =>
        transaction.transportFailed(error),
      );
    },
  };
  const transaction: ServerTransaction =
    request.method === 'INVITE' ? new InviteServer(options) : new NonInviteServer(options);
  return transaction;
}

function raise(
  parts: EndpointParts,
  request: Request,
  transaction: ServerTransaction,
  flow: Flow,
): void {
  try {
    if (request.method !== 'CANCEL') parts.core().request(request, transaction, flow);
    else if (transaction.kind === 'non-invite-server') cancel(parts, request, transaction, flow);
    if (transaction.kind === 'non-invite-server' && !transaction.finished)
      parts.unanswered.watch(transaction);
  } catch (error) {
    // A fault of our own costs this one request, never the endpoint; the queue counts and logs it.
    transaction.respond(createResponse(request, 500, { toTag: transaction.localTag }));
    throw error;
  }
}

// RFC 3261 §9.2: a CANCEL for a request other than INVITE finds it, gets its 200, and changes nothing.
function cancel(
  parts: EndpointParts,
  request: Request,
  transaction: NonInviteServer,
  flow: Flow,
): void {
  const cancelled = parts.transactions.matchCancelled(request);
  if (cancelled === undefined && parts.transactions.matchesOther(request)) {
    transaction.respond(createResponse(request, 200, { toTag: transaction.localTag }));
  } else parts.core().cancel(request, transaction, cancelled, flow);
}
