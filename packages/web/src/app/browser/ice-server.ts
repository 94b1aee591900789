// A STUN or TURN server of the model in the browser's own form.
import type { IceServer } from '../../model/ports.ts';

/** The same server, as an RTCPeerConnection takes it. */
export function iceServer(server: IceServer): RTCIceServer {
  const { urls, username, credential } = server;
  return {
    urls: typeof urls === 'string' ? urls : [...urls],
    ...(username === undefined ? {} : { username }),
    ...(credential === undefined ? {} : { credential }),
  };
}
