// What a REGISTER asks for, worked out against the bindings that are there, without changing anything (RFC 3261 §10.3 items 6, 7).
import type { Clock, Flow } from '@offhook/sip';
import {
  contact,
  expires,
  formatUri,
  isSipUri,
  parseUri,
  path,
  sameHost,
  sameUri,
  userAgent,
} from '@offhook/sip/message';
import type { Contact, Request, Uri } from '@offhook/sip/message';
import { bindingKey } from '../location/store.ts';
import type { Binding, BindingChange } from '../location/store.ts';
import type { RegistrarLimits } from './limits.ts';
import { isFirstHop, outboundOf, regIdOf } from './outbound.ts';

/** A change to make, or the refusal of the whole request. */
export type Update =
  | {
      readonly kind: 'change';
      readonly change: BindingChange;
      /** True when the client is to hear that its flow counts: `Require: outbound` (RFC 5626 §6). */
      readonly outbound: boolean;
    }
  | { readonly kind: 'refusal'; readonly refusal: Refusal };

/** Why a REGISTER is refused. */
export interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly (readonly [string, string])[];
}

/** What an update is worked out from. */
export interface UpdateInput {
  readonly request: Request;
  readonly flow: Flow;
  /** The bindings that live now. */
  readonly current: readonly Binding[];
  readonly clock: Clock;
  readonly limits: RegistrarLimits;
  /** Tells of a contact that leads back to the very address-of-record that it is to be bound to. */
  readonly isLoop: (uri: Uri) => boolean;
  /** The name of a new series of temporary GRUUs; undefined when the client does not know GRUUs. */
  readonly newSeries: () => string | undefined;
}

/** Works out the change; a request without Contact changes nothing (RFC 3261 §10.3 item 6). */
export function updateOf(input: UpdateInput): Update {
  const { request } = input;
  if (!request.has('Contact')) return change([], []);
  const contacts = request.read(contact);
  if (!contacts.ok) return refuse(400, 'Malformed Contact');
  const list = contacts.value ?? [];
  if (list.length === 0) return refuse(400, 'Empty Contact');
  if (list.includes('*')) return removeAll(input, list.length);
  const addresses = list.filter((one) => one !== '*');
  const outbound = outboundOf(request, addresses);
  if (outbound.kind === 'refusal') return outbound;
  const made = each(input, addresses, outbound.kind === 'flow');
  const answered = outbound.kind === 'flow' && outbound.answered;
  return made.kind === 'change' ? { ...made, outbound: answered } : made;
}

/** RFC 3261 §10.3 item 6: `*` stands alone and with `Expires: 0`, and removes all unless a binding is newer than the request. */
function removeAll({ request, current }: UpdateInput, count: number): Update {
  const wished = request.read(expires);
  if (count > 1 || !wished.ok || wished.value !== 0)
    return refuse(400, 'Contact * needs Expires 0 and no other contact');
  if (current.some((binding) => !isNewer(request, binding))) return outOfOrder();
  return change(
    [],
    current.map((binding) => bindingKey(binding)),
  );
}

interface Listed {
  readonly binding: Binding;
  readonly isNew: boolean;
}

/**
 * RFC 3261 §10.3 item 7: each contact in turn on a tentative list; one that fails fails all. With `flows` a contact of an
 * instance and a reg-id is known by these instead of its URI (RFC 5626 §6).
 */
function each(input: UpdateInput, contacts: readonly Contact[], flows: boolean): Update {
  const { request, current, limits } = input;
  if (contacts.length > limits.contactsPerAor) return refuse(403, 'Too Many Contacts');
  let list: readonly Listed[] = current.map((binding) => ({ binding, isNew: false }));
  const remove: string[] = [];
  for (const one of contacts) {
    const seconds = wishedSeconds(input, one);
    if (seconds > 0 && seconds < 3600 && seconds < limits.minExpiresSeconds) {
      return refuse(423, undefined, [['Min-Expires', String(limits.minExpiresSeconds)]]);
    }
    if (seconds > 0 && input.isLoop(one.uri)) return refuse(403, 'Contact Is The Address Itself');
    const binding = bindingOf(input, one, { seconds, flows });
    const known = list.find((listed) => isSame(listed, binding, one.uri));
    if (known?.isNew === true) return refuse(400, 'The Same Contact Twice');
    if (known !== undefined) {
      if (!isNewer(request, known.binding)) return outOfOrder();
      remove.push(bindingKey(known.binding));
      list = list.filter((listed) => listed !== known);
    }
    if (seconds > 0) list = [...list, { binding, isNew: true }];
  }
  const put = list.filter((listed) => listed.isNew).map((listed) => listed.binding);
  // RFC 5626 §6: one REGISTER registers one flow.
  if (put.length > 1 && put.some(({ regId }) => regId !== undefined))
    return refuse(400, 'A Flow Is Registered Alone');
  if (list.length > limits.contactsPerAor) return refuse(403, 'Too Many Contacts');
  return change(withSeries(input, put, remove), remove);
}

function isSame({ binding: known }: Listed, binding: Binding, contactUri: Uri): boolean {
  if (known.regId !== undefined || binding.regId !== undefined)
    return bindingKey(known) === bindingKey(binding);
  // A refresh writes its contact as before; only another spelling has to be read.
  if (known.contact === binding.contact) return true;
  const uri = uriOf(known);
  return uri !== undefined && sameUri(uri, contactUri);
}

/**
 * RFC 5627 §5.1: the temporary GRUUs of an instance go on as long as it registers with the same Call-ID; another Call-ID
 * ends those of all its bindings.
 */
function withSeries(
  { request, current, newSeries }: UpdateInput,
  put: readonly Binding[],
  remove: readonly string[],
): Binding[] {
  const made: Binding[] = [];
  for (const binding of put) {
    const { instance } = binding;
    if (instance === undefined) {
      made.push(binding);
      continue;
    }
    const others = current.filter((one) => one.instance === instance).toSorted(newestFirst);
    const former = others.find(({ regId }) => regId === binding.regId);
    const goesOn = former === undefined || former.callId === request.callId;
    const gruuSeries = (goesOn ? others[0]?.gruuSeries : undefined) ?? newSeries();
    made.push({ ...binding, gruuSeries });
    const staying = others.filter((one) => !remove.includes(bindingKey(one)));
    for (const one of staying) {
      if (one.gruuSeries !== gruuSeries) made.push({ ...one, gruuSeries });
    }
  }
  return made;
}

function newestFirst(a: Binding, b: Binding): number {
  return (b.revision ?? 0) - (a.revision ?? 0);
}

/** A binding of another Call-ID may always be replaced, one of the same only by a higher CSeq. */
function isNewer(request: Request, { callId, cseq }: Binding): boolean {
  return request.callId !== callId || request.cseq.number > cseq;
}

/** RFC 3261 §10.3 item 7: the contact's own wish, else that of Expires, else the default; malformed counts as an hour (§10.2). */
function wishedSeconds({ request, limits }: UpdateInput, one: Contact): number {
  if (one.expires !== undefined) return one.expires;
  if (one.parameters.has('expires')) return 3600;
  const header = request.read(expires);
  if (!header.ok) return 3600;
  return header.value ?? limits.defaultExpiresSeconds;
}

function bindingOf(
  { request, flow, current, clock, limits }: UpdateInput,
  one: Contact,
  { seconds, flows }: { readonly seconds: number; readonly flows: boolean },
): Binding {
  // The flow of a request that came by proxies is theirs; the contact is reached by its Path.
  const isDirect = isFirstHop(request);
  const longest =
    isDirect && isBehindNat(one.uri, flow)
      ? limits.maxExpiresBehindNatSeconds
      : limits.maxExpiresSeconds;
  const agent = request.get(userAgent);
  const instance = one.parameters.get('+sip.instance');
  const text = formatUri(one.uri);
  const before = current.find(({ contact: known }) => known === text);
  return {
    contact: kept(text, before?.contact),
    q: one.q,
    due: clock.now() + Math.min(seconds, longest) * 1000,
    callId: kept(request.callId, before?.callId),
    cseq: request.cseq.number,
    flow: flow.id,
    // RFC 3261 §10.2.1: any URI may be bound; one of another scheme leads no request anywhere, and needs no connection.
    connection: flow.protocol !== 'UDP' && isDirect && isSipUri(one.uri),
    source: { protocol: flow.protocol, host: flow.remote.host, port: flow.remote.port },
    userAgent: agent === undefined ? undefined : kept(agent.slice(0, 200), before?.userAgent),
    path: request.has('Path')
      ? (request.get(path) ?? []).flatMap((hop) => path.format([hop])).map((hop) => kept(hop))
      : [],
    instance: instance === undefined ? undefined : kept(instance, before?.instance),
    regId: flows && instance !== undefined ? regIdOf(one) : undefined,
    gruuSeries: undefined,
  };
}

function isBehindNat(uri: Uri, flow: Flow): boolean {
  if (flow.protocol === 'WS' || flow.protocol === 'WSS') return true;
  if (!isSipUri(uri)) return false;
  return (
    flow.protocol === 'UDP' &&
    (!sameHost(uri.host, flow.remote.host) || (uri.port ?? 5060) !== flow.remote.port)
  );
}

function uriOf({ contact: text }: Binding): Uri | undefined {
  const parsed = parseUri(text);
  return parsed.ok ? parsed.value : undefined;
}

// A slice of a datagram keeps the whole datagram in memory, so what outlives the request is copied. A refresh mostly says
// what is kept already.
function kept(text: string, before?: string): string {
  return text === before ? before : Buffer.from(text, 'latin1').toString('latin1');
}

function change(put: readonly Binding[], remove: readonly string[]): Update {
  return { kind: 'change', change: { put, remove }, outbound: false };
}

function refuse(status: number, reason?: string, headers?: Refusal['headers']): Update {
  const refusal = {
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(headers === undefined ? {} : { headers }),
  };
  return { kind: 'refusal', refusal };
}

/** The RFC names no status for an aborted update; 500 is the one for an update that fails (RFC 3261 §10.3 item 7). */
function outOfOrder(): Update {
  return refuse(500, 'CSeq Is Not Higher Than That Of The Binding');
}
