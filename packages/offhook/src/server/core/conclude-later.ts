// What may wait for the database and ends with a response or an act, as one event of the endpoint.
import type { Endpoint, Logger, ServerTransaction } from '@offhook/sip';
import { createResponse } from '@offhook/sip/message';
import type { HeaderInit, Request, Response } from '@offhook/sip/message';

/** What is done in the end: a response is sent, or something else. */
export type Outcome = Response | (() => void);

/** A request that waits for its answer. */
export interface Waiting {
  readonly request: Request;
  readonly transaction: ServerTransaction;
}

/** Where it is done. */
export interface Concluding {
  readonly endpoint: () => Endpoint;
  readonly log: Logger;
}

/**
 * Work that may wait for the database. What it comes to, a response or an act, is an event of the endpoint: the present
 * one when nothing was waited for.
 */
export function concludeLater(
  { endpoint, log }: Concluding,
  { request, transaction }: Waiting,
  work: () => Outcome | Promise<Outcome>,
): void {
  const fail = (headers: readonly HeaderInit[]): void =>
    transaction.respond(createResponse(request, 500, { toTag: transaction.localTag, headers }));
  const conclude = (outcome: Outcome): void => {
    if (typeof outcome === 'function') outcome();
    else transaction.respond(outcome);
  };
  const found = work();
  if (!(found instanceof Promise)) return conclude(found);
  found.then(
    (outcome) =>
      endpoint().run(() => {
        try {
          conclude(outcome);
        } catch (error) {
          // A fault of our own costs this one request; the endpoint counts and logs it.
          fail([]);
          throw error;
        }
      }),
    (error: unknown) => {
      log.error('A request could not be served', {
        method: request.method,
        error: String(error),
      });
      endpoint().run(() => fail([['Retry-After', '5']]));
    },
  );
}
