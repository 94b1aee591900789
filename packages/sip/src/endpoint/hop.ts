// From the next hop of a request to the flows on which it is tried (RFC 3261 §8.1.2, RFC 3263).
import { SipError } from '../message/errors.ts';
import { route } from '../message/header/route.ts';
import type { Request } from '../message/message.ts';
import { isSipUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { locate, locateNumeric } from '../transport/locate.ts';
import type { Located, LocateProblem } from '../transport/locate.ts';
import type { Flow, Protocol, Target, Transport } from '../transport/port.ts';
import type { EndpointParts } from './parts.ts';

/** Something a request can be tried on. */
export type Attempt = Target | Flow;

/** RFC 3261 §8.1.2: the topmost Route, else the Request-URI. A strict router is in the Request-URI already. */
export function nextHop(request: Request): Uri {
  const [first] = request.get(route) ?? [];
  if (first === undefined) return request.uri;
  const { uri } = first;
  return isSipUri(uri) && uri.parameters.has('lr') ? uri : request.uri;
}

/** Hands the ways to `hop` to `found`: at once when no name must be resolved, else as an event of the endpoint. */
export function waysTo(
  parts: EndpointParts,
  hop: Uri,
  found: (ways: Result<readonly Attempt[], SipError>) => void,
): void {
  const only = onlyConnection(parts.transports);
  if (only !== undefined) {
    const target = isSipUri(hop) ? locateNumeric(hop, [only.protocol]) : undefined;
    found(ok([only.flowTo(target?.ok === true ? (target.value[0] ?? nowhere) : nowhere)]));
    return;
  }
  if (!isSipUri(hop)) {
    found(
      fail(
        new SipError('SIP_UNRESOLVED', {
          status: 503,
          message: `A ${hop.scheme} URI leads to no SIP server`,
        }),
      ),
    );
    return;
  }
  const protocols = protocolsOf(parts);
  const numeric = locateNumeric(hop, protocols);
  if (numeric !== undefined) {
    found(asWays(numeric));
    return;
  }
  if (parts.resolver === undefined) {
    found(
      fail(
        new SipError('SIP_UNRESOLVED', {
          status: 503,
          message: `There is no resolver for ${hop.host}`,
        }),
      ),
    );
    return;
  }
  let waiting = true;
  const settle = (located: Located): void => {
    if (!waiting) return;
    waiting = false;
    late.cancel();
    parts.queue.run(() => found(asWays(located)));
  };
  const late = parts.clock.after(longestSearch, () => settle(fail(dnsSilent(hop.host))));
  void locate(hop, { resolver: parts.resolver, random: parts.random, protocols }).then(settle);
}

/** How long DNS may take for one hop in all, in milliseconds: who waits for a call hears of it within five seconds. */
const longestSearch = 4_500;

function dnsSilent(host: string): LocateProblem {
  return { code: 'SIP_UNRESOLVED', text: `DNS did not say in time where ${host} is` };
}

/** The ways to addresses that `mayReach` allows; a flow was made by who it leads to. */
export function permitted(
  ways: readonly Attempt[],
  mayReach: ((target: Target) => boolean) | undefined,
): readonly Attempt[] {
  if (mayReach === undefined) return ways;
  return ways.filter((way) => isFlow(way) || mayReach(way));
}

/** What the endpoint can send on, the liked ones first. */
export function protocolsOf({ transports }: EndpointParts): readonly Protocol[] {
  return [...new Set(transports.map(({ protocol }) => protocol))];
}

/** RFC 3261 §18.1.1: the largest request for UDP where the path MTU is not known, in bytes. */
const largestForUdp = 1300;

/** About as much as the Via and the Contact take that are put in later. */
const stillToCome = 200;

/**
 * RFC 3261 §18.1.1: a request too large for UDP is tried by TCP first, and by UDP where nobody takes it there; never by UDP
 * when `controlled` is true (RFC 3428 §8).
 */
export function fitting(
  { transports }: EndpointParts,
  request: Request,
  ways: readonly Attempt[],
  controlled: boolean,
): readonly Attempt[] {
  const hasTcp = transports.some(({ protocol }) => protocol === 'TCP');
  if (!(hasTcp || controlled) || !ways.some(({ protocol }) => protocol === 'UDP')) return ways;
  if (request.toText().length + stillToCome <= largestForUdp) return ways;
  return ways.flatMap((way): readonly Attempt[] => {
    if (way.protocol !== 'UDP') return [way];
    const byUdp = controlled ? [] : [way];
    return 'send' in way || !hasTcp ? byUdp : [{ ...way, protocol: 'TCP' }, ...byUdp];
  });
}

const nowhere = { host: '', port: 0 };

/** The one WebSocket on which everything goes, whatever the URI says (RFC 7118 §5); undefined where there are more ways. */
export function onlyConnection(transports: readonly Transport[]): Transport | undefined {
  const [first] = transports;
  const isClient =
    first?.local === undefined && (first?.protocol === 'WS' || first?.protocol === 'WSS');
  return transports.length === 1 && isClient ? first : undefined;
}

function asWays(located: Located): Result<readonly Attempt[], SipError> {
  if (located.ok) return located;
  return fail(new SipError('SIP_UNRESOLVED', { status: 503, message: located.error.text }));
}

/** True for a flow that is there already, false for a target to which there may be none yet. */
export function isFlow(way: Attempt): way is Flow {
  return 'send' in way;
}

/** The ways in the order in which they are worth trying (RFC 3261 §21.5.4); `all` keeps even those that asked to be left alone. */
export function worthTrying(
  { avoided }: EndpointParts,
  ways: readonly Attempt[],
  all: boolean,
): readonly Attempt[] {
  const targets = ways.flatMap((way) => (isFlow(way) ? [] : [way]));
  return targets.length === ways.length ? avoided.order(targets, all) : ways;
}
