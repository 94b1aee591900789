// A request of one party with the final answer that it got, and whether it was tried again.
import { defaultSettings } from '../../transaction/timers.ts';
import { fails } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';

/** 64*T1, after which nobody waits for an answer (RFC 3261 §17.1.2.2). */
export const giveUp: number = 64 * defaultSettings.t1;

/** A request and its final answer, as one of both ends has them. */
export interface Exchange {
  readonly request: PartyMessage;
  readonly final: PartyMessage | undefined;
}

/** The requests among `messages` in the order of time, each with its answer: that has the same branch (RFC 3261 §17.1.3). */
export function exchangesOf(messages: readonly PartyMessage[]): readonly Exchange[] {
  const exchanges: { request: PartyMessage; final: PartyMessage | undefined }[] = [];
  const open = new Map<string, (typeof exchanges)[number]>();
  for (const message of messages) {
    const { method, status, cseq, repeated } = message;
    if (repeated) continue;
    const key = `${method} ${cseq ?? ''} ${message.message?.topVia.branch ?? ''}`;
    if (status === undefined) {
      const exchange = { request: message, final: undefined };
      exchanges.push(exchange);
      open.set(key, exchange);
    } else if (status >= 200) {
      const exchange = open.get(key);
      if (exchange !== undefined) exchange.final ??= message;
    }
  }
  return exchanges;
}

/**
 * Whether `next` is one more try of what this answer refused: at the next address, where it was redirected, with credentials,
 * or without what the peer does not know. Who asked tells nobody above of such an answer.
 */
export function isTriedAgain({ request, final }: Exchange, next: Exchange | undefined): boolean {
  if (next === undefined) return false;
  // RFC 3263 §4.3: the next address gets the same request in a new transaction.
  if (next.request.cseq === request.cseq) return true;
  const { status = 0, at = 0 } = final ?? {};
  if (next.request.at - at > giveUp) return false;
  if (isChallenge(status)) return hasCredentials(next.request);
  return (status >= 300 && status < 400) || status === 420;
}

/**
 * When who asked knows that it failed, and by what message: at the refusal, or at the end of patience; undefined while it
 * may still be tried again.
 */
export function failureOf(
  exchange: Exchange,
  next: Exchange | undefined,
  until: number,
):
  | { readonly at: number; readonly message: number | undefined; readonly status: number }
  | undefined {
  const { request, final } = exchange;
  if (isTriedAgain(exchange, next)) return undefined;
  if (final === undefined) {
    const at = request.at + giveUp;
    return at > until ? undefined : { at, message: undefined, status: 408 };
  }
  if (!fails(final)) return undefined;
  const { at, number, status = 0 } = final;
  // Credentials may take a while, and what came after the end of a capture nobody knows.
  if (isChallenge(status) && !hasCredentials(request) && at + giveUp > until) return undefined;
  return { at, message: number, status };
}

/**
 * Whether `request` still says what the one before it said: that was tried again, or refused with one of the `mendable`
 * statuses, after which the machine itself sends another.
 */
export function isOneWish(
  before: Exchange,
  request: PartyMessage,
  mendable: ReadonlySet<number>,
): boolean {
  return (
    isTriedAgain(before, { request, final: undefined }) || mendable.has(before.final?.status ?? 0)
  );
}

/** Whether the status asks who it is (RFC 3261 §22.2). */
function isChallenge(status: number): boolean {
  return status === 401 || status === 407;
}

function hasCredentials({ message }: PartyMessage): boolean {
  return (
    message !== undefined &&
    (message.rows('Authorization').length > 0 || message.rows('Proxy-Authorization').length > 0)
  );
}
