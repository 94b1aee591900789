// Key presses across a bridge: in the media where both parties have them there, by INFO to and from those who have not (RFC 4733, RFC 6086 §2).
import { keyPressInfo, readKeyPress } from '@offhook/sip';
import type { Info } from '@offhook/sip';
import { isTelephoneEvent } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import type { Bridge } from '../../media/bridge.ts';
import type { Leg } from './leg.ts';

/** A party has sent an INFO: when it is a key press, `other` hears it. */
export function passInfo(info: Info, other: Leg | undefined, bridge: Bridge): void {
  const press = readKeyPress(info);
  if (press === undefined || other === undefined) return;
  if (hearsKeys(other.media.said)) bridge.press(other.media.party, press.key);
  else inform(other, press.key, bridge);
}

/** A party has pressed a key in its media, which the bridge brings to `other` where that takes keys there. */
export function passKey(key: string, other: Leg | undefined, bridge: Bridge): void {
  if (other !== undefined && !hearsKeys(other.media.said)) inform(other, key, bridge);
}

// Whether it takes INFO only its answer says; who does not hears the key as sound.
function inform(leg: Leg, key: string, bridge: Bridge): void {
  leg.session?.inform(keyPressInfo(key)).catch(() => {
    if (!leg.over) bridge.press(leg.media.party, key);
  });
}

function hearsKeys(said: SessionDescription | undefined): boolean {
  const lines = said?.media.filter(({ media, port }) => media === 'audio' && port !== 0) ?? [];
  return lines.some((line) => line.rtpFormats().some((format) => isTelephoneEvent(format)));
}
