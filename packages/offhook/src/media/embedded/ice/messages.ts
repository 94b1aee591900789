// The STUN messages of connectivity checks, written and read (RFC 8445 §7.1, §16.1).
import { formatProvenStun, formatStun, xorAddress } from '@offhook/sip/stun';
import type { StunAttribute, StunMac } from '@offhook/sip/stun';

/** Which side decides which pair is used. */
export type IceRole = 'controlling' | 'controlled';

/** The method Binding (RFC 8489 §3). */
export const binding = 1;

const username = 0x0006;
const errorCode = 0x0009;
const unknownAttributes = 0x000a;
const priority = 0x0024;
const useCandidate = 0x0025;
const iceControlled = 0x8029;
const iceControlling = 0x802a;
/** Those that must be understood and are: the ones above, and those of integrity. */
const understood: ReadonlySet<number> = new Set([
  username,
  0x0008,
  0x001c,
  0x0020,
  errorCode,
  priority,
  useCandidate,
]);
/** RFC 8489 §14.3: USERNAME is shorter than this. */
const longestUsername = 508;

/** A check to be sent. */
export interface CheckRequest {
  readonly transaction: Uint8Array;
  readonly localUfrag: string;
  readonly remoteUfrag: string;
  readonly priority: number;
  readonly role: IceRole;
  readonly tieBreaker: bigint;
  readonly nominates: boolean;
}

/** The bytes of a check. */
export function formatCheck(check: CheckRequest, mac: StunMac): Uint8Array {
  const role = check.role === 'controlling' ? iceControlling : iceControlled;
  const attributes: StunAttribute[] = [
    { type: username, value: Buffer.from(`${check.remoteUfrag}:${check.localUfrag}`) },
    { type: priority, value: word(check.priority) },
    { type: role, value: long(check.tieBreaker) },
  ];
  if (check.nominates) attributes.push({ type: useCandidate, value: new Uint8Array(0) });
  const { transaction } = check;
  return formatProvenStun({ class: 'request', method: binding, transaction, attributes }, mac);
}

/** What a check says, as far as its proven attributes tell. */
export interface HeardCheck {
  readonly priority: number | undefined;
  readonly nominates: boolean;
  readonly role: IceRole | undefined;
  readonly tieBreaker: bigint;
}

/** Reads the proven attributes of a check. */
export function readCheck(attributes: readonly StunAttribute[]): HeardCheck {
  const valueOf = (wanted: number, length: number): DataView | undefined => {
    const value = attributes.find(({ type }) => type === wanted)?.value;
    return value?.length === length
      ? new DataView(value.buffer, value.byteOffset, length)
      : undefined;
  };
  const controlling = valueOf(iceControlling, 8);
  const controlled = valueOf(iceControlled, 8);
  return {
    priority: valueOf(priority, 4)?.getUint32(0),
    nominates: attributes.some(({ type }) => type === useCandidate),
    role: controlling ? 'controlling' : controlled && 'controlled',
    tieBreaker: (controlling ?? controlled)?.getBigUint64(0) ?? 0n,
  };
}

/** The two names in a check, ours first (RFC 8445 §7.2.2); undefined when they are absent or cannot be. */
export function checkedNames(
  attributes: readonly StunAttribute[],
): { readonly ours: string; readonly theirs: string } | undefined {
  const value = attributes.find(({ type }) => type === username)?.value;
  if (value === undefined || value.length > longestUsername) return undefined;
  const [ours, theirs, more] = Buffer.from(value).toString('latin1').split(':', 3);
  return ours === undefined || theirs === undefined || more !== undefined
    ? undefined
    : { ours, theirs };
}

/** Attributes of a request that must be understood and are not (RFC 8489 §6.3.1). */
export function strangeAttributes(attributes: readonly StunAttribute[]): readonly number[] {
  return attributes
    .map(({ type }) => type)
    .filter((type) => type < 0x8000 && !understood.has(type));
}

/** The answer to a check that came from `host`, `port`; undefined when that is no address. */
export function formatCheckAnswer(
  transaction: Uint8Array,
  from: { readonly host: string; readonly port: number },
  mac: StunMac,
): Uint8Array | undefined {
  const address = xorAddress(from, transaction);
  if (address === undefined) return undefined;
  const attributes = [address];
  return formatProvenStun({ class: 'success', method: binding, transaction, attributes }, mac);
}

/** An error in answer to a check; proven where `mac` is given, which the asker can then check. */
export function formatCheckError(
  transaction: Uint8Array,
  code: 400 | 401 | 420 | 487,
  more: { readonly mac?: StunMac | undefined; readonly strange?: readonly number[] | undefined },
): Uint8Array {
  const attributes: StunAttribute[] = [
    { type: errorCode, value: Uint8Array.of(0, 0, Math.floor(code / 100), code % 100) },
  ];
  // Four names are enough; so the answer is no longer than the request.
  const names = (more.strange ?? []).slice(0, 4).flatMap((type) => [type >> 8, type & 255]);
  if (names.length > 0) attributes.push({ type: unknownAttributes, value: Uint8Array.from(names) });
  const message = { class: 'error', method: binding, transaction, attributes } as const;
  return more.mac === undefined
    ? formatStun({ ...message, fingerprint: true })
    : formatProvenStun(message, more.mac);
}

/** The code of an error; undefined when it has none. */
export function errorCodeOf(attributes: readonly StunAttribute[]): number | undefined {
  const value = attributes.find(({ type }) => type === errorCode)?.value;
  return value === undefined || value.length < 4
    ? undefined
    : ((value[2] ?? 0) & 7) * 100 + (value[3] ?? 0);
}

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function long(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
