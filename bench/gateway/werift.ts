// What the bench uses of werift, a WebRTC of npm: the far end of our legs, and one that we are measured beside.

/** A description as browsers have it. */
export interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
}

/** A peer connection. */
export interface PeerConnection {
  readonly localDescription: Description | undefined;
  readonly connectionState: string;
  readonly connectionStateChange: { subscribe(listener: (state: string) => void): void };
  addTransceiver(kind: 'audio'): void;
  createOffer(): Promise<Description>;
  createAnswer(): Promise<Description>;
  setLocalDescription(description: Description): Promise<unknown>;
  setRemoteDescription(description: Description): Promise<unknown>;
  close(): Promise<unknown>;
}

/** The package. */
export interface Werift {
  readonly RTCPeerConnection: new (options: object) => PeerConnection;
  readonly RTCRtpCodecParameters: new (options: object) => object;
}

/** One audio line with PCMU, found on loopback. */
export function peerOptions(Parameters: Werift['RTCRtpCodecParameters']): object {
  const pcmu = new Parameters({
    ...{ mimeType: 'audio/PCMU', clockRate: 8000, channels: 1, payloadType: 0 },
  });
  return {
    ...{ iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false },
    codecs: { audio: [pcmu], video: [] },
  };
}
