// The answer to an offer that we cannot take, where it must be answered all the same (RFC 3261 §13.2.2.4).
import type { Endpoint } from '../endpoint/endpoint.ts';
import { refuseOffer } from '../sdp/answer.ts';
import { LocalOrigin } from '../sdp/origin.ts';
import { parseSdp } from '../sdp/parse.ts';
import { formatSdp } from '../sdp/serialize.ts';

/** An answer that refuses every line of `offer`; undefined when that cannot be read. */
export function refusalOf(endpoint: Endpoint, offer: string | undefined): string | undefined {
  const parsed = offer === undefined ? undefined : parseSdp(offer);
  if (parsed?.ok !== true) return undefined;
  const { host } = endpoint.sentBy('UDP');
  return formatSdp(refuseOffer(parsed.value, new LocalOrigin({ random: endpoint.random, host })));
}
