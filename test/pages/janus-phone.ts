// A page that is a phone by way of Janus' SIP plugin: its API on a WebSocket, a peer connection to Janus, SIP behind.
import { peakOf } from './listening.ts';

interface Told {
  readonly janus: string;
  readonly transaction?: string;
  readonly data?: { readonly id: number };
  readonly plugindata?: {
    readonly data: { readonly result?: { readonly event: string }; readonly error?: string };
  };
  readonly jsep?: RTCSessionDescriptionInit;
}

let socket: WebSocket;
let session = 0;
let handle = 0;
let connection: RTCPeerConnection;
const remote = new MediaStream();
const told: Told[] = [];

Object.assign(globalThis, {
  /** Registers at `server` (host:port) as `user`. */
  async register(url: string, user: string, password: string, server: string) {
    socket = new WebSocket(url, 'janus-protocol');
    socket.onmessage = ({ data }) => void told.push(JSON.parse(String(data)));
    await new Promise((resolve) => (socket.onopen = resolve));
    session = (await ask({ janus: 'create' })).data?.id ?? 0;
    handle = (await ask({ janus: 'attach', plugin: 'janus.plugin.sip' })).data?.id ?? 0;
    const username = `sip:${user}@${server}`;
    say({
      request: 'register',
      username,
      authuser: user,
      secret: password,
      proxy: `sip:${server}`,
    });
    await event('registered');
  },
  async call(uri: string) {
    await connect();
    await connection.setLocalDescription();
    say({ request: 'call', uri }, await gathered());
    const { jsep } = await event('accepted', 'progress');
    if (jsep !== undefined) await connection.setRemoteDescription(jsep);
  },
  async accept() {
    const { jsep } = await event('incomingcall');
    await connect();
    await connection.setRemoteDescription(jsep ?? { type: 'offer' });
    await connection.setLocalDescription();
    say({ request: 'accept' }, await gathered());
    await event('accepted');
  },
  async hangUp() {
    say({ request: 'hangup' });
    await over();
  },
  /** Waits until the other side has hung up. */
  ended: () => over(),
  connection: () => connection.connectionState,
  heard: (seconds: number) => peakOf([remote], seconds),
});

async function connect(): Promise<void> {
  connection = new RTCPeerConnection();
  connection.ontrack = ({ track }) => {
    for (const old of remote.getTracks()) remote.removeTrack(old);
    remote.addTrack(track);
    const audio = document.createElement('audio');
    audio.autoplay = true;
    audio.srcObject = remote;
    document.body.append(audio);
  };
  const microphone = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  for (const track of microphone.getTracks()) connection.addTrack(track, microphone);
}

// Janus is busy until its peer connection has gone, too.
async function over(): Promise<void> {
  await event('hangup');
  await found(({ janus }) => janus === 'hangup');
  connection.close();
}

async function gathered(): Promise<RTCSessionDescriptionInit> {
  while (connection.iceGatheringState !== 'complete') await pause();
  const { type = 'offer', sdp = '' } = connection.localDescription ?? {};
  return { type, sdp };
}

function say(body: object, jsep?: RTCSessionDescriptionInit): void {
  send({ janus: 'message', body, ...(jsep === undefined ? {} : { jsep }) });
}

async function ask(message: object): Promise<Told> {
  const transaction = send(message);
  return await found((one) => one.transaction === transaction && one.janus === 'success');
}

function send(message: object): string {
  const transaction = crypto.randomUUID();
  const ids = {
    ...(session === 0 ? {} : { session_id: session }),
    ...(handle === 0 ? {} : { handle_id: handle }),
  };
  socket.send(JSON.stringify({ ...message, ...ids, transaction }));
  return transaction;
}

/** The next event with one of these names; an error of the plugin ends the wait. */
async function event(...names: readonly string[]): Promise<Told> {
  const one = await found(({ plugindata }) => {
    const { error, result } = plugindata?.data ?? {};
    return error !== undefined || (result !== undefined && names.includes(result.event));
  });
  const { error } = one.plugindata?.data ?? {};
  if (error !== undefined) throw new Error(error);
  return one;
}

async function found(isIt: (one: Told) => boolean): Promise<Told> {
  for (;;) {
    const at = told.findIndex(isIt);
    const [one] = at < 0 ? [] : told.splice(at, 1);
    if (one !== undefined) return one;
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
