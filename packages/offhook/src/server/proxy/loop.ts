// Loop detection by the second part of our branches (RFC 5393 §4.2).
import type { Request } from '@offhook/sip/message';

/**
 * What stands at the end of the branches of a received request: the same for the same `looked`, by which targets are
 * chosen, and the same Route; never a matter of the method (RFC 5393 §4.2.1). `salt` is of this proxy alone, so that the
 * mark tells by itself that a Via is ours.
 */
export function loopMark(received: Request, looked: string, salt: string): string {
  const { callId, cseq, toTag = '' } = received;
  const routes = received.has('Route') ? received.rows('Route').join() : '';
  return `-${hash(`${salt} ${looked} ${routes} ${toTag} ${callId} ${cseq.number}`)}`;
}

/** RFC 5393 §4.2.2: true when a Via below the top has the mark, so that the request was here with the same routing. */
export function hasLooped(received: Request, mark: string): boolean {
  // Vias of others are only searched, since their form is none of our business (RFC 5393 §4.2.4).
  return received.rows('Via').some((row) => row.includes(mark));
}

// Two lanes of 32 bits (multiply and fold): collisions are of no use to anybody, so speed is what counts here.
function hash(text: string): string {
  let a = 0x9e37_79b9;
  let b = 0x85eb_ca6b;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x9e37_79b1);
    b = Math.imul(b ^ code, 0x5f35_6495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85eb_ca6b) ^ b;
  b = Math.imul(b ^ (b >>> 13), 0xc2b2_ae35) ^ a;
  return (a >>> 0).toString(36) + (b >>> 0).toString(36).padStart(7, '0');
}
