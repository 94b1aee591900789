// An offer that cannot be taken, and one that could not be made: what the peer is told, and what our user.
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HeaderInit } from '../message/build.ts';
import { SipError } from '../message/errors.ts';
import type { Request } from '../message/message.ts';
import { NoCommonMedia, NoMediaLeft } from '../sdp/negotiator.ts';
import { parseSdp } from '../sdp/parse.ts';
import { sdpOf } from './body.ts';
import { mediaWarning } from './warning.ts';

/** Seconds after which a port may be free again. */
const retrySeconds = 10;

/**
 * The refusal of an offer: that which the media engine was given by somebody else, whom it has asked; 488 and why; 503 when it is us who have nothing left to take it with (RFC 3261 §21.5.4), and 500
 * when our media engine failed for another reason (§21.5.1).
 */
export function mediaRefusal(
  endpoint: Endpoint,
  error: Error | undefined,
): { readonly status: number; readonly headers: readonly HeaderInit[] } {
  if (error instanceof SipError && error.status !== undefined && error.status >= 400)
    return { status: error.status, headers: [] };
  if (error instanceof NoMediaLeft)
    return { status: 503, headers: [['Retry-After', String(retrySeconds)]] };
  if (error instanceof NoCommonMedia)
    return { status: 488, headers: [mediaWarning(endpoint, error)] };
  return { status: 500, headers: [] };
}

/** RFC 3261 §13.3.1.3: the refusal of an INVITE whose offer nobody can read; what it asks for is judged when it is answered. */
export function refuseUnreadableOffer(
  endpoint: Endpoint,
  invite: Request,
): ReturnType<typeof mediaRefusal> | undefined {
  const offer = sdpOf(invite);
  const parsed = offer === undefined ? undefined : parseSdp(offer);
  if (parsed?.ok !== false) return undefined;
  return mediaRefusal(endpoint, new NoCommonMedia(parsed.error.text));
}

/** The error of a call or a wish that came to nothing for its media. */
export function mediaError(cause: Error | undefined): SipError {
  return new SipError(cause instanceof NoMediaLeft ? 'SIP_LIMIT' : 'SIP_NO_COMMON_CODEC', {
    cause,
  });
}
