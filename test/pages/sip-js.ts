// A page with SIP.js on it as its users have it: it registers, calls and is called, and tells what it hears.
import { Inviter, Registerer, RegistererState, SessionState, UserAgent, Web } from 'sip.js';
import type { Session } from 'sip.js';
import { peakOf } from './listening.ts';

let agent: UserAgent;
let session: Session;
let called: (answered: Session) => void;
const incoming = new Promise<Session>((resolve) => {
  called = resolve;
});

Object.assign(globalThis, {
  /** Registers. */
  async register({ url, aor, password }: { url: string; aor: string; password: string }) {
    agent = new UserAgent({
      uri: UserAgent.makeURI(aor) ?? fail('an address'),
      authorizationUsername: aor.slice(4).split('@')[0] ?? '',
      authorizationPassword: password,
      transportOptions: { server: url },
      logBuiltinEnabled: false,
      delegate: {
        onInvite(invitation) {
          void invitation.accept();
          called(invitation);
        },
      },
    });
    await agent.start();
    const registerer = new Registerer(agent);
    await registerer.register();
    await until(registerer.stateChange, RegistererState.Registered);
  },
  /** Calls and waits for the answer. */
  async call(target: string) {
    const inviter = new Inviter(agent, UserAgent.makeURI(target) ?? fail('an address'));
    session = inviter;
    await inviter.invite();
    await established();
  },
  /** Waits for a call, which is accepted. */
  async accept() {
    session = await incoming;
    await established();
  },
  async hangUp() {
    await session.bye();
  },
  /** Waits until the call is over. */
  ended: () =>
    session.state === SessionState.Terminated
      ? undefined
      : until(session.stateChange, SessionState.Terminated),
  connection: () => media().peerConnection?.connectionState,
  /** The strongest frequency of what the peer sends, within so many seconds, in hertz. */
  heard: (seconds: number) => peakOf([media().remoteMediaStream], seconds),
});

async function established(): Promise<void> {
  if (session.state !== SessionState.Established)
    await until(session.stateChange, SessionState.Established);
  const audio = document.createElement('audio');
  audio.autoplay = true;
  audio.srcObject = media().remoteMediaStream;
  document.body.append(audio);
}

function media(): Web.SessionDescriptionHandler {
  const handler = session.sessionDescriptionHandler;
  return handler instanceof Web.SessionDescriptionHandler ? handler : fail('its own media');
}

/** Waits for a state. */
function until<State>(
  changes: { addListener(listener: (state: State) => void): void },
  wanted: State,
): Promise<void> {
  return new Promise((resolve) => {
    changes.addListener((state) => {
      if (state === wanted) resolve();
    });
  });
}

function fail(what: string): never {
  throw new Error(`SIP.js has not got ${what}`);
}
