// Signs the routes that we put into a dialog, so that only its own requests may use them again (RFC 3261 §26.1).
import { createHmac, hash } from 'node:crypto';

/** A function that makes the token of a Call-ID: 128 bits of HMAC-SHA-256, as hex. */
export function routeSigner(key: Uint8Array): (callId: string) => string {
  const hmac = hmacOf(key);
  // The ACK follows its INVITE within moments; what is older is made again.
  const recent = new Map<string, string>();
  return (callId) => {
    const known = recent.get(callId);
    if (known !== undefined) return known;
    const made = hmac(callId).slice(0, 32);
    if (recent.size >= mostRecent) recent.clear();
    // A copy, since a slice keeps the whole datagram in memory.
    if (callId.length <= longest)
      recent.set(Buffer.from(callId, 'latin1').toString('latin1'), made);
    return made;
  };
}

/** How many tokens are remembered, and of Call-IDs of what length. */
const mostRecent = 1_000;
const longest = 200;

/** HMAC-SHA-256 as RFC 2104 writes it, over two hashes: an object for each, as `createHmac` makes it, costs three times that. */
function hmacOf(key: Uint8Array): (text: string) => string {
  const block = new Uint8Array(blockSize);
  block.set(key.length > blockSize ? hash('sha256', key, 'buffer') : key);
  const inner = Buffer.alloc(blockSize + most);
  inner.set(block.map((octet) => octet ^ 0x36));
  const outer = Buffer.alloc(blockSize + 32);
  outer.set(block.map((octet) => octet ^ 0x5c));
  return (text) => {
    const message =
      text.length > most
        ? Buffer.concat([inner.subarray(0, blockSize), Buffer.from(text, 'latin1')])
        : inner.subarray(0, blockSize + inner.write(text, blockSize, 'latin1'));
    outer.set(hash('sha256', message, 'buffer'), blockSize);
    return hash('sha256', outer, 'hex');
  };
}

/** Octets of a block of SHA-256, and of the longest text that needs no buffer of its own. */
const blockSize = 64;
const most = 512;

/** A key for one purpose, made from the key of the data folder. */
export function keyFor(purpose: string, key: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(purpose).digest());
}
