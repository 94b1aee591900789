// A page with a user agent of ours on it: it registers, calls and is called, and tells what it hears.
import { UserAgent } from '@offhook/sip';
import type { Call, DialogId, IncomingCall, OutgoingCall } from '@offhook/sip';
import { checkNetwork, onNetworkChange, webRtc, webSocket } from '@offhook/sip/browser';
import type { PageTransport, WebRtcSession, WebRtcStatistics } from '@offhook/sip/browser';
import { encodedAudio, watchEncoded } from './encoded.ts';
import { peakOf } from './listening.ts';

/** How the page's phone is set up. */
interface PhoneSettings {
  readonly url: string;
  readonly aor: string;
  readonly password?: string;
  readonly iceServers?: readonly RTCIceServer[];
  /** Every peer connection uses TURN servers alone. */
  readonly relayOnly?: boolean;
  /** The only codecs of audio that it has; what it sends and receives in them is noted. */
  readonly codecs?: readonly string[];
}

let transport: PageTransport;
let agent: UserAgent<WebRtcSession>;
let ringing: IncomingCall<WebRtcSession> | undefined;
let calling: OutgoingCall<WebRtcSession>;
let call: Call<WebRtcSession>;
/** Who waits while another is asked. */
let first: Call<WebRtcSession>;
/** When each message went out, in milliseconds of the page's clock. */
const sent: { readonly text: string; readonly at: number }[] = [];

Object.assign(globalThis, {
  /** Registers; gives the seconds granted. */
  async register({ url, aor, password, iceServers = [], relayOnly, codecs }: PhoneSettings) {
    if (codecs !== undefined) watchEncoded(codecs);
    if (relayOnly === true) relayAll();
    transport = webSocket(url);
    agent = new UserAgent({
      account: { aor, password },
      transports: [transport],
      media: webRtc({ iceServers, audio: plain }),
      transfers: 'follow',
      outbound: {},
      tap: {
        observe(seen) {
          if (seen.kind === 'message' && seen.direction === 'out')
            sent.push({ text: seen.text, at: performance.now() });
        },
      },
    });
    void answerCalls();
    onNetworkChange(() => agent.reconnect());
    return (await agent.register()).expiresSeconds;
  },
  /** Calls and waits for the answer. */
  async call(target: string) {
    calling = agent.call(target);
    take(await calling.answered);
  },
  /** By what the call is known to both sides: Call-ID and tags. */
  dialog: () => ({ ...call.dialog.id }),
  /** Calls whom a page before this one talked to, in place of that call. */
  async takeBack(target: string, replaces: DialogId) {
    calling = agent.call(target, { replaces });
    take(await calling.answered);
  },
  /** Calls so often where nobody answers; gives the milliseconds until each INVITE went out. */
  async invites(target: string, count: number) {
    const waits: number[] = [];
    for (let at = 0; at < count; at += 1) {
      const clicked = performance.now();
      await agent.call(target).answered.catch(() => undefined);
      const invite = sent.find((each) => each.at > clicked && each.text.startsWith('INVITE'));
      waits.push((invite?.at ?? Infinity) - clicked);
    }
    return waits;
  },
  /** Waits for a call and accepts it. */
  async accept() {
    while (ringing === undefined) await pause(10);
    take(await ringing.accept());
    ringing = undefined;
  },
  /** Hands the peer over; gives the status that it tells. */
  transfer: async (target: string) => (await call.transfer(target)).status,
  /** Holds the peer and calls somebody else; `join` then hands that peer over to them. */
  async consult(target: string) {
    first = call;
    await first.hold();
    take(await agent.call(target).answered);
  },
  join: async () => (await first.transfer(call)).status,
  hold: () => call.hold(),
  resume: () => call.resume(),
  renegotiate: () => call.renegotiate(),
  restartIce: () => {
    call.media.restartIce();
    return call.renegotiate();
  },
  setCamera: (id?: string) => call.media.setCamera(id),
  dtmf: (keys: string) => call.media.dtmf(keys),
  mute: (muted: boolean) => {
    call.media.muted = muted;
  },
  hangUp: () => call.hangUp(),
  /** Waits until the call is over; gives why. */
  ended: async () => (await call.ended).cause,
  streams: () => call.streams,
  statistics: (): Promise<WebRtcStatistics> => call.media.statistics(),
  connection: () => call.media.connection?.connectionState,
  /** How the registration stands. */
  state: () => agent.registration?.state,
  /** The ICE name of our side. */
  iceName: () =>
    /a=ice-ufrag:(\S+)/.exec(call.media.connection?.currentLocalDescription?.sdp ?? '')?.[1],
  /** The strongest frequency of what the peer sends, within so many seconds, in hertz. */
  heard: (seconds: number) => peakOf([call.media.remoteStream], seconds),
  /** The payloads that went and came, where codecs are said. */
  encodedAudio,
  /** What these servers tell of the network. */
  checkNetwork: (iceServers: readonly RTCIceServer[]) => checkNetwork({ iceServers }),
  /** How loud both sides are, once somebody told. */
  level: () =>
    new Promise((resolve) => {
      const off = call.media.on('level', (level) => {
        off();
        resolve(level);
      });
    }),
});

function relayAll(): void {
  const Direct = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Direct {
    constructor(configuration?: RTCConfiguration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
    }
  };
}

// The tones of the tests would be taken for noise.
const plain: MediaTrackConstraints = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};

async function answerCalls(): Promise<void> {
  for await (const incoming of agent.incoming) ringing = incoming;
}

// Browsers decode what an element plays, or nothing.
function take(answered: Call<WebRtcSession>): void {
  call = answered;
  const audio = document.createElement('audio');
  audio.autoplay = true;
  audio.srcObject = call.media.remoteStream;
  document.body.append(audio);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
