// Signs the routes that we put into a dialog, so that only its own requests may use them again (RFC 3261 §26.1).
import { createHmac, createSecretKey } from 'node:crypto';

/** A function that makes the token of a Call-ID: 128 bits of HMAC-SHA-256, as hex. */
export function routeSigner(key: Uint8Array): (callId: string) => string {
  // Made once: handed over as bytes, the key costs eight times what the HMAC does.
  const secret = createSecretKey(key);
  // The ACK follows its INVITE within moments; what is older is made again.
  const recent = new Map<string, string>();
  return (callId) => {
    const known = recent.get(callId);
    if (known !== undefined) return known;
    const made = createHmac('sha256', secret).update(callId, 'latin1').digest('hex').slice(0, 32);
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

/** A key for one purpose, made from the key of the data folder. */
export function keyFor(purpose: string, key: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(purpose).digest());
}
