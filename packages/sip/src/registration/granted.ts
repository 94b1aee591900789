// What a registrar says in its 2xx, besides that the binding is there (RFC 3261 §10.2.4, RFC 3608 §5, RFC 5626 §4.2.1, RFC 5627 §4.2).
import { contact } from '../message/header/contact.ts';
import type { Contact } from '../message/header/contact.ts';
import { expires } from '../message/header/expires.ts';
import { flowTimer } from '../message/header/flow-timer.ts';
import { requireField } from '../message/header/require.ts';
import { serviceRoute } from '../message/header/service-route.ts';
import type { Via } from '../message/header/via.ts';
import type { Response } from '../message/message.ts';
import { sameUri } from '../message/same-uri.ts';
import { unquote } from '../message/scan.ts';
import { formatUri, isSipUri, parseUri } from '../message/uri.ts';
import type { Address } from '../transport/port.ts';

/** Globally routable URIs of this user agent, as the registrar made them (RFC 5627 §3.1). */
export interface Gruus {
  /** The lasting one, which shows the address of record. */
  readonly public: string;
  /** One that shows nothing of who we are; valid as long as this registration. */
  readonly temporary: string | undefined;
}

/** One binding of the address of record, ours or of another phone. */
export interface RegisteredBinding {
  readonly uri: string;
  readonly expiresSeconds: number | undefined;
  readonly instance: string | undefined;
  readonly regId: number | undefined;
}

/** How the server wants the flow to be kept alive. */
export interface KeepAliveTerms {
  /** At least this often; how often is left to us when undefined. */
  readonly seconds: number | undefined;
}

/** A registrar's 2xx, read. */
export interface Granted {
  readonly expiresSeconds: number;
  /** The flow is registered, not only its address (RFC 5626 §6). */
  readonly outbound: boolean;
  /** Undefined when nobody asked for keep-alives (RFC 5626 §4.4, RFC 6223 §4.3). */
  readonly keepAlive: KeepAliveTerms | undefined;
  /** Where the next hop saw us. */
  readonly mapped: Address | undefined;
  readonly gruus: Gruus | undefined;
  /** Route values for requests outside dialogs (RFC 3608 §5). */
  readonly serviceRoute: readonly string[];
  /** All bindings of the address of record. */
  readonly bindings: readonly RegisteredBinding[];
}

/** Which binding is ours. */
export interface OwnBinding {
  readonly contactUri: string;
  readonly instance: string | undefined;
  readonly regId: number | undefined;
  /** What was asked for, in seconds. */
  readonly asked: number;
}

/** Reads the 2xx to the REGISTER that asked for `own`. */
export function grantedIn(response: Response, own: OwnBinding): Granted {
  const contacts = (response.get(contact) ?? []).filter((value) => value !== '*');
  const ours = contacts.find((value) => isOwn(value, own));
  const outbound = (response.get(requireField) ?? []).some(
    (tag) => tag.toLowerCase() === 'outbound',
  );
  return {
    expiresSeconds: ours?.expires ?? response.get(expires) ?? own.asked,
    outbound,
    keepAlive: termsIn(response, outbound),
    mapped: mappedIn(response.topVia),
    gruus: gruusIn(ours),
    serviceRoute: serviceRoute.format(response.get(serviceRoute) ?? []),
    bindings: contacts.map((value) => ({
      uri: formatUri(value.uri),
      expiresSeconds: value.expires,
      instance: textOf(value, '+sip.instance'),
      regId: regIdOf(value),
    })),
  };
}

// RFC 5626 §6: a flow is known by instance and reg-id, whatever its address; without them the address counts.
function isOwn(value: Contact, { contactUri, instance, regId }: OwnBinding): boolean {
  const named = textOf(value, '+sip.instance');
  if (instance !== undefined && named !== undefined) {
    const there = regIdOf(value);
    return named === `<${instance}>` && (there === undefined || there === regId);
  }
  const ours = parseUri(contactUri);
  return ours.ok && sameUri(value.uri, ours.value);
}

function gruusIn(ours: Contact | undefined): Gruus | undefined {
  const lasting = ours === undefined ? undefined : gruuOf(ours, 'pub-gruu');
  if (ours === undefined || lasting === undefined) return undefined;
  return { public: lasting, temporary: gruuOf(ours, 'temp-gruu') };
}

// It becomes our Contact, so it must be what it says to be (RFC 5627 §3.1).
function gruuOf(ours: Contact, name: string): string | undefined {
  const parsed = parseUri(textOf(ours, name) ?? '');
  if (!parsed.ok || !isSipUri(parsed.value) || !parsed.value.parameters.has('gr')) return undefined;
  return formatUri(parsed.value);
}

// RFC 5626 §4.4: with outbound we keep alive, and Flow-Timer says how often; without it, when `keep` has got a value.
function termsIn(response: Response, outbound: boolean): KeepAliveTerms | undefined {
  const timer = response.get(flowTimer);
  const kept = response.topVia.parameters.get('keep');
  if (timer !== undefined && timer > 0) return { seconds: timer };
  if (kept === undefined || !/^\d{1,9}$/.test(kept))
    return outbound ? { seconds: undefined } : undefined;
  // RFC 6223 §4.4: zero means that how often is up to us.
  return { seconds: Number(kept) === 0 ? undefined : Number(kept) };
}

function mappedIn({ received, rport }: Via): Address | undefined {
  return received === undefined || typeof rport !== 'number'
    ? undefined
    : { host: received, port: rport };
}

function textOf({ parameters }: Contact, name: string): string | undefined {
  const value = parameters.get(name);
  return value === undefined ? undefined : unquote(value);
}

function regIdOf(value: Contact): number | undefined {
  const text = value.parameters.get('reg-id');
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
