// The route set of a dialog, and how it fills the Request-URI and Route of each request (RFC 3261 §12.1, §12.2.1.1).
import { own } from '../base/bytes.ts';
import { recordRoute } from '../message/header/record-route.ts';
import { route } from '../message/header/route.ts';
import { formatNameAddress } from '../message/name-address.ts';
import type { Message } from '../message/message.ts';
import type { NameAddress } from '../message/name-address.ts';
import { formatUri, isSipUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';

/** The routers that every request of a dialog passes, the nearest first. */
export type RouteSet = readonly NameAddress[];

/** RFC 3261 §12.1.1: as the request lists them. */
export function routeSetOfRequest(request: Message): RouteSet {
  return (request.get(recordRoute) ?? []).map(owned);
}

/** RFC 3261 §12.1.2: as the response lists them, turned round. */
export function routeSetOfResponse(response: Message): RouteSet {
  return (response.get(recordRoute) ?? []).map(owned).reverse();
}

/** What goes into a request: its Request-URI and its Route values. */
export interface Routing {
  readonly uri: Uri;
  readonly routes: readonly string[];
}

/** RFC 3261 §12.2.1.1: the remote target and the route set become Request-URI and Route, for loose and strict routers. */
export function routing(remoteTarget: Uri, routeSet: RouteSet): Routing {
  const [first, ...rest] = routeSet;
  if (first === undefined) return { uri: asRequestUri(remoteTarget), routes: [] };
  if (isLoose(first.uri)) {
    return { uri: asRequestUri(remoteTarget), routes: routeSet.map(formatNameAddress) };
  }
  // A strict router first: its URI becomes the Request-URI, and the remote target goes last into Route.
  return {
    uri: asRequestUri(first.uri),
    routes: [...rest.map(formatNameAddress), `<${formatUri(remoteTarget)}>`],
  };
}

/** True when the URI has `lr`, so that its owner keeps Request-URI and Route apart (RFC 3261 §16.12). */
export function isLoose(uri: Uri): boolean {
  return isSipUri(uri) && uri.parameters.has('lr');
}

/** RFC 3261 §19.1.1: `method` and header parts are not allowed in a Request-URI, wherever the URI came from. */
export function asRequestUri(uri: Uri): Uri {
  if (!isSipUri(uri)) return uri;
  const parameters = new Map(uri.parameters);
  parameters.delete('method');
  const { headers: _dropped, ...kept } = uri;
  return { ...kept, parameters };
}

// A route set outlives its message by hours, and a slice would keep the whole datagram alive: it is read from a copy.
function owned(router: NameAddress): NameAddress {
  const copy = route.parse([own(formatNameAddress(router))]);
  return copy.ok ? (copy.value[0] ?? router) : router;
}
