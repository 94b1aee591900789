// RFC 3261 §16.6: a request as it leaves for one target, step by step as that section numbers them.
import {
  formatUri,
  isSipUri,
  prependHeader,
  replaceFirst,
  requestUri,
  route,
  setHeader,
  setUri,
  appendHeader,
} from '@offhook/sip/message';
import type { Edit, Request, Uri } from '@offhook/sip/message';

/** What a forwarded request has different from the one that came. */
export interface ForwardInit {
  /** The new Request-URI. */
  readonly uri: Uri;
  /** Route values to put before those of the request. */
  readonly routes: readonly string[];
  /** Record-Route values as they are to be read, the uppermost first; they may depend on where the request goes. */
  readonly recordRoutes: (nextHop: Uri, requestUri: Uri) => readonly string[];
  readonly breadth: number;
}

/** A request that is ready to be sent, and where to. */
export interface ForwardedRequest {
  readonly request: Request;
  readonly nextHop: Uri;
}

/** The request for one target. Throws a TypeError when the target's own text is malformed. */
export function forwardedRequest(received: Request, init: ForwardInit): ForwardedRequest {
  // Item 1, the copy: only edits, so that whatever we do not touch goes on byte for byte.
  const edits: Edit[] = [];
  // Item 2.
  const target = requestUri(init.uri);
  if (target !== received.uri) edits.push(setUri(target));
  // Item 3.
  const hops = received.maxForwards;
  edits.push(setHeader('Max-Forwards', String(hops === undefined ? 70 : hops - 1)));
  // Item 5: RFC 5393 §5.3.3.
  const breadth = String(init.breadth);
  const [written, ...more] = received.rows('Max-Breadth');
  if (written !== breadth || more.length > 0) edits.push(setHeader('Max-Breadth', breadth));
  // Item 6.
  for (const value of init.routes.toReversed()) edits.push(prependHeader('Route', value));
  const { request, nextHop } = postprocess(received, edits, target);
  // Item 4 comes after item 6, since sips follows from what that leaves on top.
  for (const value of init.recordRoutes(nextHop, target).toReversed()) {
    edits.push(prependHeader('Record-Route', value));
  }
  // Item 7 goes on in the endpoint, which looks the next hop up; so do 8 (Via), 9 (Content-Length stands already, or is
  // added where the message is written) and 10. Item 11, timer C, belongs to the branch.
  return { request: request.with(...edits), nextHop: asSecureAs(target, nextHop) };
}

// A next hop that is a strict router finds itself in the Request-URI and what stood there at the end of Route. What was
// done on the way to know the first Route is taken out of `edits`.
function postprocess(received: Request, edits: Edit[], target: Uri): ForwardedRequest {
  if (!received.has('Route') && !edits.some(isRoute)) return { request: received, nextHop: target };
  const request = received.with(...edits.splice(0));
  const [first] = request.get(route) ?? [];
  if (first === undefined) return { request, nextHop: target };
  const { uri } = first;
  if (!isSipUri(uri) || uri.parameters.has('lr')) return { request, nextHop: uri };
  edits.push(
    appendHeader('Route', `<${formatUri(target)}>`),
    replaceFirst('Route', undefined),
    setUri(uri),
  );
  return { request, nextHop: uri };
}

function isRoute(edit: Edit): boolean {
  return edit.kind === 'prepend' && edit.row.name === 'Route';
}

// Item 7: a sips Request-URI makes every hop secure.
function asSecureAs(target: Uri, nextHop: Uri): Uri {
  if (target.scheme !== 'sips' || !isSipUri(nextHop) || nextHop.scheme === 'sips') return nextHop;
  return { ...nextHop, scheme: 'sips' };
}
