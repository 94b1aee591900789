// The place where an edge puts a hash function that is faster than the portable one.

/** The bytes' hash in lower-case hex. */
export type Hash = (name: 'MD5' | 'SHA-256' | 'SHA-512-256', bytes: Uint8Array) => string;

let fast: Hash | undefined;

/** Gives the process a hash function of its platform; undefined takes it away again. `@offhook/sip/node` gives OpenSSL's. */
export function useHash(hash: Hash | undefined): void {
  fast = hash;
}

/** The platform's hash function, if one was given. */
export function platformHash(): Hash | undefined {
  return fast;
}
