// JsSIP as a phone of the tests: `node js-sip.mjs URL AOR PASSWORD`, told by lines on standard input, tells by lines.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { description } from './description.mjs';

const [url, aor, password] = process.argv.slice(2);
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);

/** As much of a browser's peer connection as JsSIP looks at. */
class FixedConnection extends EventTarget {
  iceGatheringState = 'complete';
  iceConnectionState = 'connected';
  connectionState = 'connected';
  signalingState = 'stable';
  localDescription = null;
  remoteDescription = null;
  async createOffer() {
    return { type: 'offer', sdp: description() };
  }
  async createAnswer() {
    return { type: 'answer', sdp: description() };
  }
  async setLocalDescription(made) {
    this.localDescription = made;
    this.signalingState = made.type === 'offer' ? 'have-local-offer' : 'stable';
  }
  async setRemoteDescription(made) {
    this.remoteDescription = made;
    this.signalingState = made.type === 'offer' ? 'have-remote-offer' : 'stable';
    say('description', /a=(sendrecv|sendonly|recvonly|inactive)/.exec(made.sdp)?.[1] ?? 'sendrecv');
  }
  getSenders() {
    return [];
  }
  addTrack() {}
  close() {}
}

globalThis.window = globalThis;
globalThis.RTCPeerConnection = FixedConnection;
globalThis.RTCSessionDescription = class {
  constructor({ type, sdp }) {
    this.type = type;
    this.sdp = sdp;
  }
};
const { default: JsSIP } = await import('jssip');

let session;
const agent = new JsSIP.UA({
  sockets: [new JsSIP.WebSocketInterface(url)],
  uri: aor,
  password,
  register: false,
  session_timers: true,
});
agent.on('connected', () => say('connected'));
agent.on('registered', () => say('registered'));
agent.on('unregistered', () => say('unregistered'));
agent.on('registrationFailed', ({ response }) => say('refused', response?.status_code));
agent.on('newMessage', ({ originator, request }) => {
  if (originator === 'remote') say('message', request.body);
});
agent.on('newRTCSession', ({ originator, session: started }) => {
  session = started;
  session.on('confirmed', () => say('answered'));
  session.on('ended', () => say('ended'));
  session.on('failed', ({ message, cause }) => say('refused', message?.status_code ?? cause));
  if (originator === 'remote') session.answer({ mediaConstraints: { audio: false, video: false } });
});

const commands = {
  register: () => agent.register(),
  unregister: () => agent.unregister(),
  call: (target) => agent.call(target, { mediaConstraints: { audio: false, video: false } }),
  hold: () => session.hold({}, () => say('held')),
  resume: () => session.unhold({}, () => say('resumed')),
  bye: () => session.terminate(),
  message: (target, ...text) =>
    agent.sendMessage(target, text.join(' '), {
      eventHandlers: { succeeded: ({ response }) => say('sent', response.status_code) },
    }),
};

agent.start();
createInterface({ input: process.stdin }).on('line', (line) => {
  const [verb, ...words] = line.split(' ');
  commands[verb](...words);
});
