// When a peer needs other keys of ours: it may be another machine than before (RFC 4568 §7.1.4).
import { cryptosOf } from '@offhook/sip/sdp';
import type { Agreement, SessionDescription } from '@offhook/sip/sdp';

/**
 * Whether the one who offers has another key or address than in `agreement` on any encrypted line. A machine that is new
 * cannot know how far our key was used.
 */
export function hasMoved(agreement: Agreement | undefined, offer: SessionDescription): boolean {
  const encrypted = agreement?.streams.filter(({ crypto }) => crypto !== undefined) ?? [];
  return encrypted.some(({ crypto, line }) => {
    const [was, is] = [agreement?.remote.media[line], offer.media[line]];
    if (was === undefined || is === undefined) return false;
    const key = crypto?.remoteKey.reveal();
    const known = cryptosOf(is).some(({ keys }) => keys.some(({ keySalt }) => keySalt === key));
    return !known || is.port !== was.port || is.connection?.address !== was.connection?.address;
  });
}
