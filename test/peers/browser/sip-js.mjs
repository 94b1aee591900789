// SIP.js as a phone of the tests: `node sip-js.mjs URL AOR PASSWORD`, told by lines on standard input, tells by lines.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { Inviter, Messager, Registerer, SessionState, UserAgent } from 'sip.js';
import { description } from './description.mjs';

const [url, aor, password] = process.argv.slice(2);
const say = (...words) => process.stdout.write(`${words.join(' ')}\n`);
let session;
let registerer;

/** SIP.js asks this for descriptions where a browser would have a peer connection. */
class FixedMedia {
  #held = false;
  async getDescription(options) {
    this.#held = options?.hold === true;
    return {
      contentType: 'application/sdp',
      body: description(this.#held ? 'sendonly' : 'sendrecv'),
    };
  }
  async setDescription(sdp) {
    say('description', /a=(sendrecv|sendonly|recvonly|inactive)/.exec(sdp)?.[1] ?? 'sendrecv');
  }
  hasDescription(contentType) {
    return contentType === 'application/sdp';
  }
  async rollbackDescription() {}
  sendDtmf() {
    return false;
  }
  close() {}
}

const agent = new UserAgent({
  uri: UserAgent.makeURI(aor),
  authorizationUsername: aor.slice(4).split('@')[0],
  authorizationPassword: password,
  transportOptions: { server: url },
  sessionDescriptionHandlerFactory: () => new FixedMedia(),
  logBuiltinEnabled: false,
  delegate: {
    onInvite(invitation) {
      watch(invitation);
      void invitation.accept();
    },
    onMessage(message) {
      void message.accept();
      say('message', message.request.body);
    },
  },
});

function watch(started) {
  session = started;
  session.stateChange.addListener((state) => {
    if (state === SessionState.Established) say('answered');
    if (state === SessionState.Terminated) say('ended');
  });
}

const commands = {
  async register() {
    registerer = new Registerer(agent);
    registerer.stateChange.addListener((state) => say(state.toLowerCase()));
    await registerer.register({
      requestDelegate: { onReject: ({ message }) => say('refused', message.statusCode) },
    });
  },
  unregister: () => registerer.unregister(),
  async call(target) {
    watch(new Inviter(agent, UserAgent.makeURI(target)));
    await session.invite({
      requestDelegate: { onReject: ({ message }) => say('refused', message.statusCode) },
    });
  },
  hold: () => modify(true),
  resume: () => modify(false),
  bye: () => session.bye(),
  async message(target, ...text) {
    await new Messager(agent, UserAgent.makeURI(target), text.join(' ')).message({
      requestDelegate: { onAccept: ({ message }) => say('sent', message.statusCode) },
    });
  },
};

async function modify(hold) {
  await session.invite({
    sessionDescriptionHandlerOptions: { hold },
    requestDelegate: { onAccept: () => say(hold ? 'held' : 'resumed') },
  });
}

await agent.start();
say('connected');
createInterface({ input: process.stdin }).on('line', (line) => {
  const [verb, ...words] = line.split(' ');
  commands[verb](...words);
});
