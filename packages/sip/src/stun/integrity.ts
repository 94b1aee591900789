// MESSAGE-INTEGRITY: a message that proves that its sender knows a password (RFC 8489 §9.1, §14.5).
import { formatStun } from './message.ts';
import type { StunAttribute, StunMessage } from './message.ts';

/** HMAC-SHA1 under one key; the platform makes it. */
export type StunMac = (bytes: Uint8Array) => Uint8Array;

const integrityType = 0x0008;
const headerLength = 20;
const macLength = 20;

/** The bytes of a message with MESSAGE-INTEGRITY and FINGERPRINT behind its attributes. */
export function formatProvenStun(
  message: Omit<StunMessage, 'fingerprint'>,
  mac: StunMac,
): Uint8Array {
  const empty = { type: integrityType, value: new Uint8Array(macLength) };
  // RFC 8489 §14.5: the length in the header already counts MESSAGE-INTEGRITY, and nothing behind it.
  const bytes = formatStun({
    ...message,
    attributes: [...message.attributes, empty],
    fingerprint: false,
  });
  const value = mac(bytes.subarray(0, bytes.length - 4 - macLength));
  const attributes = [...message.attributes, { type: integrityType, value }];
  return formatStun({ ...message, attributes, fingerprint: true });
}

/** Whether a message has MESSAGE-INTEGRITY, right or wrong. */
export function hasIntegrity(message: StunMessage): boolean {
  return message.attributes.some(({ type }) => type === integrityType);
}

/**
 * The attributes of `message`, read from `bytes`, that stand before MESSAGE-INTEGRITY; undefined when it is absent or wrong.
 * What stands behind it proves nothing and is passed over (RFC 8489 §14.5).
 */
export function provenAttributes(
  bytes: Uint8Array,
  message: StunMessage,
  mac: StunMac,
): readonly StunAttribute[] | undefined {
  const index = message.attributes.findIndex(({ type }) => type === integrityType);
  const found = message.attributes[index]?.value;
  if (found?.length !== macLength) return undefined;
  const proven = message.attributes.slice(0, index);
  let end = headerLength;
  for (const { value } of proven) end += 4 + 4 * Math.ceil(value.length / 4);
  const covered = bytes.slice(0, end);
  new DataView(covered.buffer).setUint16(2, end + 4 + macLength - headerLength);
  const right = mac(covered);
  let difference = 0;
  for (let at = 0; at < macLength; at += 1) difference |= (right[at] ?? 0) ^ (found[at] ?? 0);
  return difference === 0 ? proven : undefined;
}
