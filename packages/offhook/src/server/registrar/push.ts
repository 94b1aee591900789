// What a REGISTER says of push notifications: which service wakes its phone, and under which address (RFC 8599).
import { contact, isSipUri, parseUri, unescapeUri } from '@offhook/sip/message';
import type { HeaderInit, Request, Uri } from '@offhook/sip/message';
import { bindingKey } from '../location/store.ts';
import type { Binding, BindingChange } from '../location/store.ts';
import type { Refusal } from './update.ts';

/** Keeps what registrations say of push. */
export interface PushRegistry {
  /** Who we are to push services (RFC 8292), as browsers want it. */
  readonly key: string;
  /** A binding of `user` is woken at `endpoint` until `expires`, in milliseconds since 1970. */
  keep(user: string, realm: string, endpoint: string, expires: number): Promise<void>;
  /** No binding is woken there any more. */
  drop(user: string, realm: string, endpoint: string): Promise<void>;
}

/** The one service that we speak to. */
const webPush = 'webpush';

/** Whether a REGISTER asks for push, and whether that can be had; undefined when it says nothing, or a proxy on the way sees to it. */
export function pushWish(request: Request): 'ours' | Refusal | undefined {
  // By far most registrations say nothing of it, and need not be read for that.
  if (!request.rows('Contact').some((row) => /;\s*pn-provider\b/i.test(row))) return undefined;
  const contacts = request.get(contact) ?? [];
  const asked = contacts.flatMap((one) => {
    const provider = one === '*' ? undefined : parametersOf(one.uri)?.get('pn-provider');
    const isNamed = one !== '*' && parametersOf(one.uri)?.has('pn-provider') === true;
    return isNamed ? [provider ?? ''] : [];
  });
  if (asked.length === 0) return undefined;
  // §5.6.1.1: one that stands between the phone and us wakes it.
  if (request.rows('Feature-Caps').some((row) => /\+sip\.pns\b/i.test(row))) return undefined;
  // §4.1.5: without a name all that there are is asked for.
  return asked.every((name) => name === '' || name.toLowerCase() === webPush)
    ? 'ours'
    : { status: 555 };
}

/** What the 200 says of it (§5.6.1.1, §8.2, §8.3). */
export function pushRow({ key }: PushRegistry): HeaderInit {
  return ['Feature-Caps', `*;+sip.pns="${webPush}";+sip.vapid="${key}"`];
}

/** Keeps and drops what a change of bindings says: a binding that goes is woken no more (§5.5). */
export async function notePush(
  registry: PushRegistry,
  { user, domain }: { readonly user: string; readonly domain: string },
  { change, before, isOurs, wall }: Noted,
): Promise<void> {
  if (![...before, ...change.put].some(isWoken)) return;
  const put = new Set(change.put.map((binding) => bindingKey(binding)));
  const gone = before.filter(
    (binding) => change.remove.includes(bindingKey(binding)) && !put.has(bindingKey(binding)),
  );
  for (const binding of gone) {
    const endpoint = endpointOf(binding);
    if (endpoint !== undefined) await registry.drop(user, domain, endpoint);
  }
  for (const binding of isOurs ? change.put : []) {
    const endpoint = endpointOf(binding);
    if (endpoint !== undefined) await registry.keep(user, domain, endpoint, wall(binding.due));
  }
}

/** A change of bindings, what there was before it, whether we are to wake them, and the wall clock at a time of the other one. */
export interface Noted {
  readonly change: BindingChange;
  readonly before: readonly Binding[];
  readonly isOurs: boolean;
  readonly wall: (due: number) => number;
}

function isWoken({ contact: text }: Binding): boolean {
  return /;pn-prid=/i.test(text);
}

/** §12: the push subscription's URI. */
function endpointOf({ contact: text }: Binding): string | undefined {
  const parsed = parseUri(text);
  const known = parsed.ok ? parametersOf(parsed.value) : undefined;
  if (known?.get('pn-provider')?.toLowerCase() !== webPush) return undefined;
  const endpoint = known.get('pn-prid');
  return endpoint === undefined ? undefined : unescapeUri(endpoint);
}

function parametersOf(uri: Uri): ReadonlyMap<string, string | undefined> | undefined {
  return isSipUri(uri) ? uri.parameters : undefined;
}
