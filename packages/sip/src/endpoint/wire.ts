// The last step down: a message becomes bytes on a flow, and the tap sees it.
import type { Message } from '../message/message.ts';
import { comparableHost } from '../message/host.ts';
import type { Flow, Protocol, Target, Transport } from '../transport/port.ts';
import { viaFor } from '../transport/via.ts';
import type { EndpointParts } from './parts.ts';

/** Which transaction a message on the wire belongs to, and whether it was there before. */
export interface WireNote {
  readonly transaction?: { readonly id: string } | undefined;
  readonly repeat?: boolean | undefined;
}

/** Sends `message` on `flow`; a failure comes back through the endpoint's queue, never from inside this call. */
export function transmit(
  parts: EndpointParts,
  message: Message,
  flow: Flow,
  note: WireNote,
  failed: (error: Error) => void,
): void {
  observeMessage(parts, 'out', message, flow, note);
  flow.send(message.toBytes(), (error) => parts.queue.run(() => failed(error)));
}

/** Tells the tap of a message that came or went. */
export function observeMessage(
  parts: EndpointParts,
  direction: 'in' | 'out',
  message: Message,
  flow: Flow,
  note: WireNote,
): void {
  if (parts.tap === undefined) return;
  parts.tap.observe({
    v: 1,
    kind: 'message',
    at: parts.clock.wall(),
    endpoint: parts.name,
    direction,
    protocol: flow.protocol,
    flow: flow.id,
    local: flow.local,
    remote: flow.remote,
    text: message.toText(),
    transaction: note.transaction?.id,
    repeat: note.repeat === true ? true : undefined,
  });
}

/** The flow to `target`, an open one or a new one; undefined when there is no such transport here or it cannot reach that kind of address. */
export function flowTo(parts: EndpointParts, target: Target): Flow | undefined {
  const fitting = parts.transports.filter(({ protocol }) => protocol === target.protocol);
  const transport =
    fitting.find((one) => sameFamily(one, target)) ??
    fitting.find(({ local }) => local === undefined);
  return transport?.flowTo(target);
}

// A socket that is bound to an IPv4 address cannot send to an IPv6 one.
function sameFamily(transport: Transport, target: Target): boolean {
  return transport.local !== undefined && isIpv6(transport.local.host) === isIpv6(target.host);
}

function isIpv6(host: string): boolean {
  return host.includes(':');
}

/** How a Via of ours differs from the usual one. */
export interface ViaSettings {
  /** Follows the branch that is drawn. */
  readonly branchEnd?: string | undefined;
  /** Offers keep-alives (RFC 6223 §4.3). */
  readonly keep?: boolean | undefined;
}

/** The text of a new Via value for a request on `flow`, with a branch that is unique (RFC 3261 §8.1.1.7). */
export function newVia(
  parts: EndpointParts,
  flow: Flow,
  { branchEnd = '', keep = false }: ViaSettings = {},
): string {
  const { host, port } = sentBy(parts, flow.protocol, flow);
  parts.sentBys.add(sentByKey(host, port));
  const branch = `z9hG4bK${parts.random.token(80)}${branchEnd}`;
  const { protocol } = flow;
  // Over TLS who listens has a certificate, by which the peer may know that requests can come back on this connection.
  const alias = protocol === 'TLS' && port !== undefined;
  return viaFor({ protocol, host, port, branch, rport: protocol === 'UDP', keep, alias });
}

/** A sent-by as it is compared: the host in one form, and the port as written. */
export function sentByKey(host: string, port: number | undefined): string {
  return `${comparableHost(host)} ${port ?? ''}`;
}

/** Host and port for Via and Contact when messages leave by `protocol` on `flow`. */
export function sentBy(
  parts: EndpointParts,
  protocol: Protocol,
  flow: Flow | undefined,
): { readonly host: string; readonly port: number | undefined } {
  const fitting = parts.transports.filter((transport) => transport.protocol === protocol);
  const transport =
    fitting.find(
      ({ local }) =>
        local !== undefined &&
        (flow === undefined || isIpv6(local.host) === isIpv6(flow.local.host)),
    ) ?? fitting[0];
  if (transport?.local === undefined) return { host: parts.unreachableHost, port: undefined };
  const { host, port } = transport.local;
  if (!isWildcard(host)) return { host: parts.advertisedHost ?? host, port };
  return { host: parts.advertisedHost ?? specific(flow) ?? host, port };
}

function specific(flow: Flow | undefined): string | undefined {
  return flow === undefined || isWildcard(flow.local.host) ? undefined : flow.local.host;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
