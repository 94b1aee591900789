// Callers that are gone without a word: a phone that lost its network sends neither BYE nor sound.
import type { Call } from '@offhook/sip';
import type { RtpSession } from '../../media/rtp-negotiator.ts';

/** Hangs up when nothing of the caller has come for a minute. */
export function hangUpWhenGone(call: Call<RtpSession>): void {
  const off = call.media.on('silent', () => void call.hangUp());
  void call.ended.then(off);
}
