// RFC 3261 §16.3: whether a request may be proxied at all, in the order of that section.
import { contact, createResponse, isSipUri, proxyRequire, route } from '@offhook/sip/message';
import type { Request, Response } from '@offhook/sip/message';
import { hasLooped } from './loop.ts';
import { incomingBreadth } from './max-breadth.ts';

/**
 * The response that refuses `request`; undefined when it may be forwarded. `mark` is what its Via would end with if it had
 * been here before; without it no loop is looked for. Credentials, item 6, are the core's to judge.
 */
export function refusalOf(request: Request, mark: string | undefined): Response | undefined {
  // Item 1: only what is needed for forwarding must be well formed; the rest passes as it is.
  if (!request.read(route).ok) return createResponse(request, 400, { reason: 'Malformed Route' });
  const required = request.read(proxyRequire);
  if (!required.ok) return createResponse(request, 400, { reason: 'Malformed Proxy-Require' });
  const breadth = incomingBreadth(request);
  if (breadth === undefined)
    return createResponse(request, 400, { reason: 'Malformed Max-Breadth' });
  // RFC 5630 §5.3: who wants every hop to be secure is reached securely itself.
  if (request.uri.scheme === 'sips' && hasPlainContact(request))
    return createResponse(request, 400, { reason: 'Contact Is Not A SIPS URI' });
  // Item 2.
  if (!isSipUri(request.uri)) return createResponse(request, 416);
  // Item 3.
  if (request.maxForwards === 0) return createResponse(request, 483);
  // Item 4, in the form of RFC 5393 §4.2.2.
  if (mark !== undefined && hasLooped(request, mark)) return createResponse(request, 482);
  // RFC 5393 §5.3.3: no breadth is left.
  if (breadth === 0) return createResponse(request, 440, { reason: 'Max-Breadth Exceeded' });
  // Item 5: there is no extension that we do as a proxy.
  const extensions = required.value ?? [];
  if (extensions.length > 0) {
    return createResponse(request, 420, { headers: [['Unsupported', extensions.join(', ')]] });
  }
  return undefined;
}

function hasPlainContact(request: Request): boolean {
  return (request.get(contact) ?? []).some((one) => one !== '*' && one.uri.scheme === 'sip');
}
