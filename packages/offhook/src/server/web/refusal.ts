// How the web server says no: a status, a code to match on, a sentence, and what to do next.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Why a request is refused. */
export interface WebRefusal {
  readonly status: ContentfulStatusCode;
  /** Stable, for programs. */
  readonly code: string;
  readonly message: string;
  readonly next: string;
}

type RefusalName =
  | 'badBody'
  | 'badLink'
  | 'badQuery'
  | 'badSubscription'
  | 'draining'
  | 'fault'
  | 'insecure'
  | 'noSuchCall'
  | 'noTraces'
  | 'nothingHere'
  | 'otherHost'
  | 'otherOrigin'
  | 'tooLarge'
  | 'tooMany'
  | 'tooManyViewers'
  | 'unknownBrowser'
  | 'wrongType';

/** Every refusal there is. */
export const refusals: Readonly<Record<RefusalName, WebRefusal>> = {
  badBody: {
    status: 400,
    code: 'WEB_BODY',
    message: 'The body is not what this address takes',
    next: 'Load the page again',
  },
  badLink: {
    status: 403,
    code: 'WEB_LINK',
    message: 'This link was used before, is older than a day, or was never given out',
    next: 'Ask who runs the system for another link',
  },
  badQuery: {
    status: 400,
    code: 'WEB_QUERY',
    message: 'The question is not one that this address takes',
    next: 'Look up what may be asked: docs/guides/traces.md',
  },
  badSubscription: {
    status: 400,
    code: 'WEB_PUSH',
    message: 'Nothing can be sent to this push service, or not with these keys',
    next: 'Turn notifications off and on again; start with --push-service for a push service of your own',
  },
  draining: {
    status: 503,
    code: 'WEB_DRAINING',
    message: 'The system is being stopped',
    next: 'Try again in a minute',
  },
  fault: {
    status: 500,
    code: 'WEB_FAULT',
    message: 'The server failed to answer',
    next: 'Try again; the log of the server tells more',
  },
  insecure: {
    status: 403,
    code: 'WEB_INSECURE',
    message: 'Anybody on the way could read this',
    next: 'Open the address that begins with https',
  },
  noSuchCall: {
    status: 404,
    code: 'WEB_CALL',
    message: 'No call of this name is known, or it is not yours',
    next: 'Search for it: it may be older than traces are kept',
  },
  noTraces: {
    status: 404,
    code: 'WEB_NO_TRACES',
    message: 'This system keeps no traces',
    next: 'Start it without --no-trace; its log tells when there is another reason',
  },
  nothingHere: {
    status: 404,
    code: 'WEB_NOT_FOUND',
    message: 'There is nothing of this name',
    next: 'Check the address and the method',
  },
  otherHost: {
    status: 421,
    code: 'WEB_HOST',
    message: 'This server does not go by that name',
    next: 'Use the address that the server printed when it started',
  },
  otherOrigin: {
    status: 403,
    code: 'WEB_ORIGIN',
    message: 'A page of another site asked for this',
    next: 'Open the page of this server',
  },
  tooLarge: {
    status: 413,
    code: 'WEB_TOO_LARGE',
    message: 'The body is too large, or does not say its length',
    next: 'Load the page again',
  },
  tooMany: {
    status: 429,
    code: 'WEB_RATE',
    message: 'Too many requests from this address',
    next: 'Wait a few seconds',
  },
  tooManyViewers: {
    status: 503,
    code: 'WEB_VIEWERS',
    message: 'As many look on already as can be served',
    next: 'Close another page that shows what happens now',
  },
  unknownBrowser: {
    status: 403,
    code: 'WEB_LOGIN',
    message: 'This browser is nobody’s phone yet',
    next: 'Ask who runs the system for a link',
  },
  wrongType: {
    status: 415,
    code: 'WEB_TYPE',
    message: 'The body is not JSON',
    next: 'Load the page again',
  },
};

/** `refusal` as the page reads it. */
export function refuse(
  context: Context,
  { status, code, message, next }: WebRefusal,
  headers: Record<string, string> = {},
): Response {
  return context.json({ error: { code, message, next } }, status, headers);
}
