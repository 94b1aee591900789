// The crypto suites of SRTP that are spoken here: lengths of keys, salts and tags (RFC 4568 §6.2, RFC 7714 §12).

/** Names of the suites, as in a=crypto. */
export type SuiteName = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32' | 'AEAD_AES_128_GCM';

/** One suite; lengths are in octets. */
export interface Suite {
  readonly name: SuiteName;
  /** Of the master key, which is as long as the session keys. */
  readonly keyLength: 16;
  readonly saltLength: 12 | 14;
  readonly rtpTag: 4 | 10 | 16;
  /** RFC 4568 §6.2.2: short tags are for RTP only. */
  readonly rtcpTag: 10 | 16;
}

/** The suites in order of preference: the one that everybody has comes first. */
export const suites: readonly Suite[] = [
  { name: 'AES_CM_128_HMAC_SHA1_80', keyLength: 16, saltLength: 14, rtpTag: 10, rtcpTag: 10 },
  { name: 'AES_CM_128_HMAC_SHA1_32', keyLength: 16, saltLength: 14, rtpTag: 4, rtcpTag: 10 },
  { name: 'AEAD_AES_128_GCM', keyLength: 16, saltLength: 12, rtpTag: 16, rtcpTag: 16 },
];

/** The suite of that name; undefined when it is not spoken here. */
export function suiteNamed(name: string): Suite | undefined {
  return suites.find((suite) => suite.name === name);
}

/** Octets that the longest tag and the index of SRTCP add to a packet. */
export const longestTrailer = 20;

/** True for a suite that authenticates with its cipher, and so orders the end of RTCP otherwise (RFC 7714 §9). */
export function isAead(suite: Suite): boolean {
  return suite.name === 'AEAD_AES_128_GCM';
}
