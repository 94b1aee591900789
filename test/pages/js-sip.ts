// A page with JsSIP on it as its users have it: it registers, calls and is called, and tells what it hears.
import JsSIP from 'jssip';
import type { UA } from 'jssip';
import { peakOf } from './listening.ts';

type RTCSession = ReturnType<UA['call']>;

let agent: UA;
let session: RTCSession;
let over: Promise<void>;
let called: (answered: RTCSession) => void;
const incoming = new Promise<RTCSession>((resolve) => {
  called = resolve;
});
let remote: MediaStream;
const settings = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };

Object.assign(globalThis, {
  /** Registers. */
  async register({ url, aor, password }: { url: string; aor: string; password: string }) {
    agent = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri: aor, password });
    agent.on('newRTCSession', ({ originator, session: started }: Started) => {
      watch(started);
      if (originator !== 'remote') return;
      started.answer(settings);
      called(started);
    });
    const registered = new Promise<void>((resolve, reject) => {
      agent.on('registered', () => resolve());
      agent.on('registrationFailed', ({ cause }: { cause?: string }) => reject(new Error(cause)));
    });
    agent.start();
    await registered;
  },
  /** Calls and waits for the answer. */
  async call(target: string) {
    session = agent.call(target, settings);
    await confirmed();
  },
  /** Waits for a call, which is accepted. */
  async accept() {
    session = await incoming;
    await confirmed();
  },
  hangUp: () => session.terminate(),
  /** Waits until the call is over. */
  ended: () => over,
  connection: () => session.connection.connectionState,
  /** The strongest frequency of what the peer sends, within so many seconds, in hertz. */
  heard: (seconds: number) => peakOf([remote], seconds),
});

interface Started {
  readonly originator: string;
  readonly session: RTCSession;
}

function watch(started: RTCSession): void {
  remote = new MediaStream();
  over = new Promise((resolve) => started.on('ended', () => resolve()));
  const listen = (connection: RTCPeerConnection): void =>
    connection.addEventListener('track', ({ track }) => remote.addTrack(track));
  if (started.connection) listen(started.connection);
  else started.on('peerconnection', ({ peerconnection }) => listen(peerconnection));
}

async function confirmed(): Promise<void> {
  if (!session.isEstablished())
    await new Promise<void>((resolve, reject) => {
      session.on('confirmed', () => resolve());
      session.on('failed', ({ cause }: { cause: string }) => reject(new Error(cause)));
    });
  const audio = document.createElement('audio');
  audio.autoplay = true;
  audio.srcObject = remote;
  document.body.append(audio);
}
