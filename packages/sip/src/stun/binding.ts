// Binding: one side asks under which address it is seen, the other says so (RFC 8489 §2, RFC 5626 §8).
import { ipv4Bytes, ipv6Words } from '../base/ip.ts';
import { formatStun, magicCookie, parseStun } from './message.ts';
import type { StunAttribute, StunMessage } from './message.ts';

/** A numeric host (IPv6 without brackets) and a port. */
export interface MappedAddress {
  readonly host: string;
  readonly port: number;
}

/** What an answer to a Binding request says. */
export type BindingAnswer =
  | {
      readonly kind: 'mapped';
      readonly transaction: Uint8Array;
      readonly address: MappedAddress;
      /** Another address and port of the server, at which it answers too (RFC 5780 §7.4). */
      readonly other?: MappedAddress | undefined;
    }
  | { readonly kind: 'error'; readonly transaction: Uint8Array };

/** From where an answer is wanted that is not the one that was asked (RFC 5780 §7.2). */
export interface BindingChange {
  readonly address: boolean;
  readonly port: boolean;
}

const binding = 1;
const errorCode = 0x0009;
const unknownAttributes = 0x000a;
const changeRequest = 0x0003;
const xorMappedAddress = 0x0020;
const otherAddress = 0x802c;

/** Attributes below 0x8000 that we may leave unread in a request: those of credentials, which nobody is asked for here. */
const understood: readonly number[] = [0x0006, 0x0008, 0x0014, 0x0015, 0x001c, 0x001d, 0x001e];

/** More names than these of what was not understood do not go into an answer, so that it stays small. */
const mostNames = 4;

/** The bytes of a Binding request with this transaction id of twelve bytes. */
export function bindingRequest(transaction: Uint8Array, change?: BindingChange): Uint8Array {
  const bits = (change?.address === true ? 4 : 0) + (change?.port === true ? 2 : 0);
  return formatStun({
    class: 'request',
    method: binding,
    transaction,
    attributes: bits === 0 ? [] : [{ type: changeRequest, value: Uint8Array.of(0, 0, 0, bits) }],
    fingerprint: true,
  });
}

/** The answer that a datagram from `remote` gets: undefined unless it is a Binding request. */
export function answerBinding(bytes: Uint8Array, remote: MappedAddress): Uint8Array | undefined {
  const request = parseStun(bytes);
  if (request?.class !== 'request' || request.method !== binding) return undefined;
  const strange = request.attributes
    .map(({ type }) => type)
    .filter((type) => type < 0x8000 && !understood.includes(type));
  const attribute = strange.length > 0 ? undefined : xorAddress(remote, request.transaction);
  // RFC 8489 §6.3.1.1: an attribute that must be understood and is not.
  const attributes = attribute === undefined ? notUnderstood(strange) : [attribute];
  const kind = attribute === undefined ? 'error' : 'success';
  return formatStun({ ...request, class: kind, attributes });
}

/** What a datagram says as the answer to a Binding request; undefined when it is none. */
export function readBinding(bytes: Uint8Array): BindingAnswer | undefined {
  const message = parseStun(bytes);
  if (message === undefined || message.method !== binding) return undefined;
  const { transaction } = message;
  if (message.class === 'error') return { kind: 'error', transaction };
  if (message.class !== 'success') return undefined;
  const address = xorAddressOf(message);
  if (address === undefined) return { kind: 'error', transaction };
  const other = addressIn(valueOf(message, otherAddress));
  return { kind: 'mapped', transaction, address, ...(other === undefined ? {} : { other }) };
}

/**
 * An attribute with a masked address, XOR-MAPPED-ADDRESS unless another is said; undefined when `host` is no address. Masked,
 * since some NAT boxes change addresses that they find in a payload (RFC 8489 §14.2).
 */
export function xorAddress(
  { host, port }: MappedAddress,
  transaction: Uint8Array,
  type: number = xorMappedAddress,
): StunAttribute | undefined {
  const address = bytesOf(host);
  if (address === undefined) return undefined;
  const value = new Uint8Array(4 + address.length);
  value.set([0, address.length === 4 ? 1 : 2, (port >> 8) & 255, port & 255]);
  value.set(address, 4);
  return { type, value: masked(value, transaction) };
}

/** The address in a masked attribute, XOR-MAPPED-ADDRESS unless another is said; undefined when there is none. */
export function xorAddressOf(
  { attributes, transaction }: Pick<StunMessage, 'attributes' | 'transaction'>,
  wanted: number = xorMappedAddress,
): MappedAddress | undefined {
  const found = valueOf({ attributes }, wanted);
  return addressIn(found === undefined ? undefined : masked(found, transaction));
}

function valueOf(
  { attributes }: Pick<StunMessage, 'attributes'>,
  wanted: number,
): Uint8Array | undefined {
  return attributes.find(({ type }) => type === wanted)?.value;
}

/** RFC 8489 §14.1. */
function addressIn(value: Uint8Array | undefined): MappedAddress | undefined {
  const family = value?.[1];
  if (value === undefined || value.length !== (family === 1 ? 8 : 20)) return undefined;
  if (family !== 1 && family !== 2) return undefined;
  const pairs = (at: number): number => (value[at] ?? 0) * 256 + (value[at + 1] ?? 0);
  const host =
    family === 1
      ? value.subarray(4).join('.')
      : [4, 6, 8, 10, 12, 14, 16, 18].map((at) => pairs(at).toString(16)).join(':');
  return { host, port: pairs(2) };
}

// The port with the first half of the cookie, the address with the cookie and the transaction id; both ways alike.
function masked(value: Uint8Array, transaction: Uint8Array): Uint8Array {
  const mask = new Uint8Array(16);
  new DataView(mask.buffer).setUint32(0, magicCookie);
  mask.set(transaction, 4);
  return value.map((byte, at) => {
    if (at < 2) return byte;
    return byte ^ (mask[at < 4 ? at - 2 : at - 4] ?? 0);
  });
}

function notUnderstood(types: readonly number[]): readonly StunAttribute[] {
  const names = types.slice(0, mostNames);
  return [
    { type: errorCode, value: Uint8Array.of(0, 0, 4, 20) },
    {
      type: unknownAttributes,
      value: Uint8Array.from(names.flatMap((type) => [type >> 8, type & 255])),
    },
  ];
}

function bytesOf(host: string): readonly number[] | undefined {
  const four = ipv4Bytes(host);
  if (four !== undefined) return four;
  return ipv6Words(host.split('%')[0] ?? host)?.flatMap((word) => [word >> 8, word & 255]);
}
