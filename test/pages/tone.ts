// A page that tells what its microphone hears, and whether two peer connections of its own reach each other over loopback.
import { peakOf } from './listening.ts';

Object.assign(globalThis, { heard, connected });

/** The strongest frequency at the microphone within one second, in hertz. */
async function heard(): Promise<number> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const peak = await peakOf([stream], 1);
  for (const track of stream.getTracks()) track.stop();
  return peak;
}

/** Joins two peer connections; gives the candidates' addresses once they are connected. */
async function connected(): Promise<readonly string[]> {
  const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const addresses = new Set<string>();
  one.onicecandidate = ({ candidate }) => {
    if (candidate?.address) addresses.add(candidate.address);
    void other.addIceCandidate(candidate ?? undefined);
  };
  other.onicecandidate = ({ candidate }) => void one.addIceCandidate(candidate ?? undefined);
  one.createDataChannel('x');
  await one.setLocalDescription();
  await other.setRemoteDescription(one.localDescription ?? { type: 'offer' });
  await other.setLocalDescription();
  await one.setRemoteDescription(other.localDescription ?? { type: 'answer' });
  while (one.connectionState !== 'connected') {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  one.close();
  other.close();
  return [...addresses];
}
