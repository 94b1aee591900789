// Who a request is for, and at which contacts that user is reached (RFC 3261 §16.5, RFC 5627 §6.1).
import { contact, isSipUri, parseUri, sameHost, withoutParameter } from '@offhook/sip/message';
import type { Flow } from '@offhook/sip';
import type { Request, Response, SipUri, Uri } from '@offhook/sip/message';
import { canonicalAor } from '../location/aor.ts';
import type { Aor, DomainOf } from '../location/aor.ts';
import type { Gruu, Gruus } from '../location/gruu.ts';
import type { Binding, LocationStore } from '../location/store.ts';
import type { ProxyTarget } from '../proxy/proxy.ts';
import type { LiveFlows } from './flows.ts';

/** A user of ours, or one of its phones by a GRUU. */
export interface Callee {
  readonly aor: Aor;
  /** `unknown` for what looks like a GRUU and is none of ours (RFC 5627 §6.1). */
  readonly gruu: Gruu | 'plain' | 'unknown';
}

/** Where callees are looked up. */
export interface CalleeOptions {
  readonly location: LocationStore;
  readonly flows: LiveFlows;
  readonly domainOf: DomainOf;
  readonly gruus: Gruus;
  /** True when host and port of a URI are this server's. */
  readonly isOurs: (uri: Uri) => boolean;
  /** The flow on which a UDP contact is reached when its own address does not lead to it. */
  readonly udpFlow: (binding: Binding) => Flow | undefined;
}

/** The targets of a request, or why there are none. */
export interface Found {
  readonly targets: readonly ProxyTarget[];
  /** Why a contact was left out: its address leads back to its user, or is not as secure as the call. */
  readonly left: 'loop' | 'not secure' | undefined;
}

/** As many contacts as one request is sent to at most; more than that nobody has who means well. */
const mostTargets = 60;

/** As many addresses as one request is sent on to by 3xx. */
const mostAddresses = 10;

/** The user of ours that a Request-URI names. */
export function calleeOf(
  uri: Uri,
  { gruus, domainOf }: Pick<CalleeOptions, 'gruus' | 'domainOf'>,
): Callee | undefined {
  const gruu = gruus.read(uri, domainOf);
  const aor = typeof gruu === 'string' ? canonicalAor(uri, domainOf) : gruu.aor;
  return aor === undefined ? undefined : { aor, gruu };
}

/**
 * The targets of a request for `callee`. A contact that is itself an address of ours is looked up here and now, each
 * address once: nothing goes over the wire to come back to us, and addresses that lead to one another end (RFC 5393 §3).
 */
export function targetsOf(
  callee: Callee,
  request: Request,
  options: CalleeOptions,
  seen: Set<string> = new Set(),
): Found {
  const looking: Looking = { request, options, seen: seen.add(callee.aor.text), left: undefined };
  const targets = look(callee, looking);
  return { targets: targets.slice(0, mostTargets), left: looking.left };
}

/**
 * The targets to which a 3xx leads within this server: none unless every contact is an address of ours that was not `seen`
 * for this request, and as secure as the call (RFC 3261 §16.7 item 4, RFC 5630 §5.3). Who is called may so send calls on to
 * other users; whether to call elsewhere is for the caller to say.
 */
export function redirectedTo(
  response: Response,
  request: Request,
  options: CalleeOptions,
  seen: Set<string>,
): readonly ProxyTarget[] {
  const contacts = response.get(contact) ?? [];
  const callees = contacts.map((one) => {
    if (one === '*' || one.uri.scheme !== request.uri.scheme || !options.isOurs(one.uri))
      return undefined;
    const callee = calleeOf(one.uri, options);
    return callee === undefined || seen.has(callee.aor.text) ? undefined : callee;
  });
  if (seen.size + callees.length > mostAddresses || callees.includes(undefined)) return [];
  return callees.flatMap((callee) =>
    callee === undefined ? [] : targetsOf(callee, request, options, seen).targets,
  );
}

/**
 * The address by which whoever is at `uri` can be called from anywhere: the contact of a user of ours, which may lead
 * nowhere for others, becomes the address of that user; our own address, that of `port`. What the URI asks for besides
 * stays (RFC 3261 §19.1.1).
 */
export function addressOf(
  uri: Uri,
  {
    location,
    isOurs,
    port,
  }: Pick<CalleeOptions, 'location' | 'isOurs'> & { readonly port: number | undefined },
): Uri {
  if (!isSipUri(uri)) return uri;
  // A dialog of ours that a browser knows by its WebSocket: desk phones have none.
  if (isOurs(uri))
    return /^wss?$/i.test(uri.parameters.get('transport') ?? '') ? plain(uri, port) : uri;
  const aor = location
    .aors()
    .find((one) => location.bindings(one).some(({ contact: at }) => isSameContact(at, uri)));
  const parsed = aor === undefined ? undefined : parseUri(aor);
  if (parsed?.ok !== true || !isSipUri(parsed.value)) return uri;
  return uri.headers === undefined ? parsed.value : { ...parsed.value, headers: uri.headers };
}

function plain(uri: SipUri, port: number | undefined): SipUri {
  return { ...uri, port, parameters: withoutParameter(uri.parameters, 'transport') };
}

function isSameContact(contactText: string, uri: SipUri): boolean {
  const parsed = parseUri(contactText);
  if (!parsed.ok || !isSipUri(parsed.value)) return false;
  const { user, host, port } = parsed.value;
  return user === uri.user && port === uri.port && sameHost(host, uri.host);
}

interface Looking {
  readonly request: Request;
  readonly options: CalleeOptions;
  readonly seen: Set<string>;
  left: Found['left'];
}

function look({ aor, gruu }: Callee, looking: Looking): readonly ProxyTarget[] {
  if (gruu === 'unknown') return [];
  const bindings = looking.options.location.bindings(aor.text);
  return bindings.flatMap((binding) => {
    if (gruu !== 'plain' && !gruu.leadsTo(binding)) return [];
    const parsed = parseUri(binding.contact);
    if (!parsed.ok || !isSipUri(parsed.value)) return [];
    // By its Path it may come back another way than it went.
    return binding.path.length === 0 && looking.options.isOurs(parsed.value)
      ? forwardedTo(parsed.value, binding, looking)
      : contactOf(parsed.value, binding, looking);
  });
}

function forwardedTo(uri: SipUri, { q }: Binding, looking: Looking): readonly ProxyTarget[] {
  const callee = calleeOf(uri, looking.options);
  if (callee === undefined) return [];
  if (looking.seen.has(callee.aor.text)) {
    looking.left ??= 'loop';
    return [];
  }
  looking.seen.add(callee.aor.text);
  return look(callee, looking).map((target) => ({ ...target, q }));
}

function contactOf(uri: SipUri, binding: Binding, looking: Looking): readonly ProxyTarget[] {
  const { request, options } = looking;
  const { path, q, source, instance, connection } = binding;
  const flow = connection ? options.flows.get(binding.flow) : options.udpFlow(binding);
  const secure = uri.scheme === 'sips';
  // RFC 5630 §5.3: what is to be secure on every hop does not end at a contact that is not, and the other way round the
  // scheme is changed but not the transport.
  const isSafe = flow === undefined || flow.protocol === 'TLS' || flow.protocol === 'WSS';
  if ((request.uri.scheme === 'sips' && !secure) || (secure && !isSafe)) {
    looking.left ??= 'not secure';
    return [];
  }
  return [
    {
      uri: secure && request.uri.scheme !== 'sips' ? { ...uri, scheme: 'sip' } : uri,
      secure,
      // RFC 5627 §6.1: a request that brings its own routes in a dialog does not take the way of the registration.
      routes: request.toTag !== undefined && request.has('Route') ? [] : path,
      ...(flow === undefined ? {} : { flow }),
      q,
      source,
      instance,
    },
  ];
}
