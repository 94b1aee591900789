// How a party speaks: as a browser does, or as a desk phone. Only parties that speak unlike need a bridge.
import type { Flow } from '@offhook/sip';
import { isSipUri } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';
import { iceCredentials, parseSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import { sdpOf } from '@offhook/sip/session';
import type { PartyProfile } from '../../media/bridge.ts';
import type { ProxyTarget } from '../proxy/target.ts';

/** `webrtc` or `rtp`. */
export type PartyKind = PartyProfile['kind'];

/** How the caller speaks: its offer says so with ICE and a fingerprint; without an offer the way by which it came does. */
export function callerKind(invite: Request, flow: Flow): PartyKind {
  const text = sdpOf(invite);
  if (text === undefined) return isWebSocket(flow) ? 'webrtc' : 'rtp';
  const offer = parseSdp(text);
  return offer.ok && isWebRtc(offer.value) ? 'webrtc' : 'rtp';
}

/** How a contact speaks: who registered over a WebSocket is a browser (RFC 7118). */
export function calleeKind({ uri, flow }: ProxyTarget): PartyKind {
  if (flow !== undefined) return isWebSocket(flow) ? 'webrtc' : 'rtp';
  const transport = isSipUri(uri) ? uri.parameters.get('transport')?.toLowerCase() : undefined;
  return transport === 'ws' || transport === 'wss' ? 'webrtc' : 'rtp';
}

// RFC 8827 §6.5: a browser sends no media without DTLS, nor without ICE.
function isWebRtc(offer: SessionDescription): boolean {
  return offer.media.some(
    (line) =>
      (line.attribute('fingerprint') ?? offer.attribute('fingerprint')) !== undefined &&
      iceCredentials(line, offer) !== undefined,
  );
}

function isWebSocket({ protocol }: Flow): boolean {
  return protocol === 'WS' || protocol === 'WSS';
}
