// Whether two descriptions say the same, whichever version of its session each is.
import { formatSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';

/** True when `a` and `b` differ in nothing but their o= lines (RFC 3264 §8). */
export function sameMedia(a: SessionDescription, b: SessionDescription): boolean {
  return withoutOrigin(a) === withoutOrigin(b);
}

function withoutOrigin(description: SessionDescription): string {
  return formatSdp(description).replace(/^o=.*$/m, '');
}
