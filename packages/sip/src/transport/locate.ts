// Finds where a request goes: from a SIP URI to protocols, addresses and ports, in the order of RFC 3263 §4.
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Random } from '../base/random.ts';
import type { Via } from '../message/header/via.ts';
import type { SipUri } from '../message/uri.ts';
import { canonicalHost, defaultPort, isNumeric, protocolOf } from './address.ts';
import type { Protocol, Target } from './port.ts';
import type { PointerRecord, Resolver, ServiceRecord } from './resolver.ts';
import { isInvalidHost, responseTarget } from './via.ts';

/** What locating needs. */
export interface LocateOptions {
  readonly resolver: Resolver;
  /** Chooses among SRV records of one priority by weight (RFC 2782). */
  readonly random: Random;
  /** What we can send on, the liked ones first. */
  readonly protocols: readonly Protocol[];
  /** Address families that we can reach, the liked ones first; IPv4 before IPv6 unless said. */
  readonly families?: readonly (4 | 6)[] | undefined;
}

/** Why there is no target: `text` in plain words. */
export interface LocateProblem {
  readonly code: 'SIP_UNRESOLVED';
  readonly text: string;
}

/** Targets in the order in which they are to be tried; never empty. */
export type Located = Result<readonly Target[], LocateProblem>;

/** Records beyond these are left aside, so that a hostile zone costs a bounded time. */
const most = { services: 16, addresses: 8, targets: 32 };

/** The targets of `uri`, best first. Never rejects. */
export async function locate(uri: SipUri, options: LocateOptions): Promise<Located> {
  const numeric = locateNumeric(uri, options.protocols);
  if (numeric !== undefined) return numeric;
  const host = targetHost(uri);
  if (isInvalidHost(host)) return unresolved(`${host} exists on its own connection only`);
  // §4.2: an explicit port means A and AAAA only, even when it is 5060.
  if (uri.port !== undefined) {
    const protocol = chooseProtocol(uri, options.protocols);
    if (protocol === undefined) return noProtocol(uri);
    return forDomain(uri, await byAddress(host, uri.port, protocol, options));
  }
  return forDomain(uri, await byService(uri, host, options));
}

/** The target of a URI that needs no DNS; undefined when its host is a name. */
export function locateNumeric(uri: SipUri, protocols: readonly Protocol[]): Located | undefined {
  const host = targetHost(uri);
  if (!isNumeric(host)) return undefined;
  const protocol = chooseProtocol(uri, protocols);
  if (protocol === undefined) return noProtocol(uri);
  return forDomain(uri, ok([{ protocol, host, port: uri.port ?? defaultPort(protocol) }]));
}

/** The targets of a response whose flow is gone and whose sent-by did not serve (RFC 3263 §5). Never rejects. */
export async function locateVia(topVia: Via, options: LocateOptions): Promise<Located> {
  const { protocol } = responseTarget(topVia);
  const host = canonicalHost(topVia.host);
  if (isNumeric(host)) return ok([{ protocol, host, port: topVia.port ?? defaultPort(protocol) }]);
  if (isInvalidHost(host)) return unresolved(`${host} exists on its own connection only`);
  if (topVia.port !== undefined) return byAddress(host, topVia.port, protocol, options);
  const targets = await fromServices(
    await services(serviceName(protocol, host), options),
    protocol,
    options,
  );
  return targets.length > 0
    ? ok(targets)
    : byAddress(host, defaultPort(protocol), protocol, options);
}

/**
 * RFC 5922 §7.3: over TLS the peer must show the domain of the URI, wherever DNS or maddr led. An address in a sip URI
 * asks for whoever is there, so that the requests of a dialog go on over a connection that stands.
 */
function forDomain(uri: SipUri, located: Located): Located {
  const domain = canonicalHost(uri.host);
  if (!located.ok || (uri.scheme === 'sip' && isNumeric(domain))) return located;
  return ok(
    located.value.map((target) => (target.protocol === 'TLS' ? { ...target, domain } : target)),
  );
}

/** RFC 3263 §4: the maddr parameter takes the place of the host. */
function targetHost(uri: SipUri): string {
  return canonicalHost(uri.parameters.get('maddr') ?? uri.host);
}

/** §4.1 without NAPTR: the transport parameter, else UDP for sip and TLS for sips, else what we have. */
function chooseProtocol(uri: SipUri, protocols: readonly Protocol[]): Protocol | undefined {
  const fitting = protocols.filter((protocol) => fits(uri, protocol));
  const usual: Protocol = uri.scheme === 'sips' ? 'TLS' : 'UDP';
  return uri.parameters.get('transport') === undefined && fitting.includes(usual)
    ? usual
    : fitting[0];
}

/** True when `protocol` serves the URI's scheme and its transport parameter. */
function fits(uri: SipUri, protocol: Protocol): boolean {
  const secure = protocol === 'TLS' || protocol === 'WSS';
  if (uri.scheme === 'sips' && !secure) return false;
  const asked = uri.parameters.get('transport');
  if (asked === undefined) return true;
  switch (protocolOf(asked)) {
    case 'UDP':
      return protocol === 'UDP';
    case 'TCP':
      return protocol === (uri.scheme === 'sips' ? 'TLS' : 'TCP');
    case 'TLS':
      return protocol === 'TLS';
    // RFC 7118 §5.2: `ws` stands for both; wss is not registered, but is written by some.
    case 'WS':
      return protocol === 'WS' || protocol === 'WSS';
    case 'WSS':
      return protocol === 'WSS';
    case undefined:
      return false;
  }
}

/** §4.1 and §4.2 for a name without port: NAPTR, then SRV for each protocol, then A and AAAA. */
async function byService(uri: SipUri, host: string, options: LocateOptions): Promise<Located> {
  const usable = options.protocols.filter((protocol) => fits(uri, protocol));
  const fallback = chooseProtocol(uri, options.protocols);
  if (fallback === undefined) return noProtocol(uri);
  if (uri.parameters.get('transport') === undefined) {
    for (const { protocol, name } of pointed(await pointers(host, options), usable)) {
      const targets = await fromServices(await services(name, options), protocol, options);
      if (targets.length > 0) return ok(targets);
    }
  }
  // The queries run at once; the first protocol that we like and the domain has is taken.
  const ordered = [fallback, ...usable.filter((protocol) => protocol !== fallback)];
  const answers = await Promise.all(
    ordered.map((protocol) => services(serviceName(protocol, host), options)),
  );
  for (const [index, protocol] of ordered.entries()) {
    const targets = await fromServices(answers[index] ?? [], protocol, options);
    if (targets.length > 0) return ok(targets);
  }
  const open = ordered.find((_protocol, index) => !isRefused(answers[index] ?? []));
  if (open === undefined) return unresolved(`${host} says that it offers no such service`);
  return byAddress(host, defaultPort(open), open, options);
}

/** RFC 2782: a lone `.` says that the service is decidedly not there, which an address record does not change. */
function isRefused(records: readonly ServiceRecord[]): boolean {
  const [first] = records;
  return records.length === 1 && (first?.target === '.' || first?.target === '');
}

/** The NAPTR records that lead to SRV records of protocols we have, best first (RFC 3263 §4.1, RFC 3403 §4.1). */
function pointed(
  records: readonly PointerRecord[],
  usable: readonly Protocol[],
): readonly { readonly protocol: Protocol; readonly name: string }[] {
  return records
    .filter((record) => record.flags.toLowerCase() === 's' && record.regexp === '')
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap((record) => {
      const protocol = pointerProtocol(record.service);
      return protocol !== undefined && usable.includes(protocol)
        ? [{ protocol, name: record.replacement }]
        : [];
    });
}

function pointerProtocol(service: string): Protocol | undefined {
  switch (service.toUpperCase()) {
    case 'SIP+D2U':
      return 'UDP';
    case 'SIP+D2T':
      return 'TCP';
    case 'SIPS+D2T':
      return 'TLS';
    case 'SIP+D2W':
      return 'WS';
    case 'SIPS+D2W':
      return 'WSS';
    default:
      return undefined;
  }
}

function serviceName(protocol: Protocol, host: string): string {
  switch (protocol) {
    case 'UDP':
      return `_sip._udp.${host}`;
    case 'TCP':
      return `_sip._tcp.${host}`;
    case 'TLS':
      return `_sips._tcp.${host}`;
    case 'WS':
      return `_sip._ws.${host}`;
    case 'WSS':
      return `_sips._ws.${host}`;
  }
}

async function fromServices(
  records: readonly ServiceRecord[],
  protocol: Protocol,
  options: LocateOptions,
): Promise<readonly Target[]> {
  const chosen = inOrder(records, options.random).slice(0, most.services);
  const located = await Promise.all(
    chosen.map(async ({ target, port }) =>
      (await addresses(target, options)).map((host) => ({ protocol, host, port })),
    ),
  );
  return located.flat().slice(0, most.targets);
}

/** RFC 2782: by priority, and within one priority drawn by weight. */
function inOrder(records: readonly ServiceRecord[], random: Random): readonly ServiceRecord[] {
  const left = records
    .filter(({ target }) => target !== '.' && target !== '')
    .toSorted((a, b) => a.priority - b.priority || a.weight - b.weight)
    .slice(0, 256);
  const drawn: ServiceRecord[] = [];
  for (let first = left[0]; first !== undefined; first = left[0]) {
    const { priority } = first;
    const rivals = left.filter((record) => record.priority === priority);
    const total = rivals.reduce((sum, record) => sum + record.weight, 0);
    const mark = Math.floor(random.fraction() * (total + 1));
    let sum = 0;
    const index = rivals.findIndex((record) => (sum += record.weight) >= mark);
    drawn.push(...left.splice(Math.max(index, 0), 1));
  }
  return drawn;
}

async function byAddress(
  host: string,
  port: number,
  protocol: Protocol,
  options: LocateOptions,
): Promise<Located> {
  const found = await addresses(host, options);
  if (found.length === 0) return unresolved(`No address was found for ${host}`);
  return ok(found.map((address) => ({ protocol, host: address, port })));
}

async function addresses(name: string, options: LocateOptions): Promise<readonly string[]> {
  if (isNumeric(name)) return [canonicalHost(name)];
  const { resolver, families = [4, 6] } = options;
  const found = await Promise.all(
    families.map((family) => orNone(() => (family === 4 ? resolver.a(name) : resolver.aaaa(name)))),
  );
  return found.flatMap((list) =>
    list.slice(0, most.addresses).filter(isNumeric).map(canonicalHost),
  );
}

function services(name: string, { resolver }: LocateOptions): Promise<readonly ServiceRecord[]> {
  return orNone(() => resolver.srv(name));
}

function pointers(name: string, { resolver }: LocateOptions): Promise<readonly PointerRecord[]> {
  return orNone(() => resolver.naptr(name));
}

/** A question that DNS did not answer counts as a record that is not there, so that the next step of RFC 3263 is tried. */
async function orNone<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await ask();
  } catch {
    return [];
  }
}

function unresolved(text: string): Located {
  return fail({ code: 'SIP_UNRESOLVED', text });
}

function noProtocol(uri: SipUri): Located {
  const asked = uri.parameters.get('transport');
  return unresolved(
    `There is no transport for ${uri.scheme}${asked === undefined ? '' : ` with transport=${asked}`}`,
  );
}
