// Whether a REGISTER registers flows: client-initiated connections (RFC 5626 §6).
import type { Contact, Request } from '@offhook/sip/message';
import { path, requireField, supported, via } from '@offhook/sip/message';
import type { Refusal } from './update.ts';

/** What a REGISTER says of flows: none, or that its reg-id counts; `answered` when the client is to hear of it. */
export type Outbound =
  | { readonly kind: 'none' }
  | { readonly kind: 'flow'; readonly answered: boolean }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

const greatestRegId = 2 ** 31 - 1;

/** Judges the contacts of a REGISTER: which of them name a flow, and whether the way to here can carry one. */
export function outboundOf(request: Request, contacts: readonly Contact[]): Outbound {
  // A reg-id without an instance means nothing.
  const flows = contacts.filter(
    ({ parameters }) => parameters.has('reg-id') && parameters.has('+sip.instance'),
  );
  if (flows.length === 0) return { kind: 'none' };
  const answered = knows(request, 'outbound');
  if (!isCarried(request))
    return answered ? { kind: 'refusal', refusal: { status: 439 } } : { kind: 'none' };
  if (flows.some((one) => regIdOf(one) === undefined)) {
    const reason = `reg-id Is From 1 To ${greatestRegId}`;
    return { kind: 'refusal', refusal: { status: 400, reason } };
  }
  return { kind: 'flow', answered };
}

/** The number of a flow; undefined when there is none or it is out of range (RFC 5626 §4.2, §10). */
export function regIdOf({ parameters }: Contact): number | undefined {
  const text = parameters.get('reg-id') ?? '';
  const number = Number(text);
  return /^\d{1,10}$/.test(text) && number >= 1 && number <= greatestRegId ? number : undefined;
}

/** Tells whether the client names an extension in Supported or Require. */
export function knows(request: Request, tag: string): boolean {
  const named = [...(request.get(supported) ?? []), ...(request.get(requireField) ?? [])];
  return named.some((one) => one.toLowerCase() === tag);
}

/** True when the client's own flow ends here. */
export function isFirstHop(request: Request): boolean {
  const [only = '', ...more] = request.rows('Via');
  // One row without a comma holds one value at most, which need not be read for that.
  if (more.length === 0 && !only.includes(',')) return true;
  return (request.get(via) ?? []).length <= 1;
}

// RFC 5626 §6 asks about the first URI of Path, meaning the first hop: that proxy wrote before the others did, each of
// whom put itself on top, so its value stands last (RFC 3327 §5.2).
function isCarried(request: Request): boolean {
  if (isFirstHop(request)) return true;
  const edge = (request.get(path) ?? []).at(-1)?.uri;
  return edge !== undefined && 'parameters' in edge && edge.parameters.has('ob');
}
