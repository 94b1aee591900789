// `bob`: a colleague who rings for a second, answers, speaks, and does what the keys ask of him.
import { fileURLToPath } from 'node:url';
import type { Call, Clock, IncomingCall } from '@offhook/sip';
import type { RtpSession } from '../../media/rtp-negotiator.ts';

const ringMilliseconds = 1000;
const keyMilliseconds = 300;
const greeting = fileURLToPath(new URL('../../../assets/bob.wav', import.meta.url));

/** What each key makes bob do. */
const keys: Readonly<Record<string, (call: Call<RtpSession>) => Promise<unknown>>> = {
  '1': (call) => call.hold(),
  '2': (call) => call.resume(),
  '3': (call) => call.hangUp(),
};

/** Takes calls to `bob`. */
export function answerAsBob(clock: Clock): (incoming: IncomingCall<RtpSession>) => Promise<void> {
  return async (incoming) => {
    incoming.ring();
    const gaveUp = await Promise.race([wait(clock, ringMilliseconds), incoming.ended]);
    if (gaveUp !== undefined) return;
    const call = await incoming.accept();
    const off = call.media.on('dtmf', (key) => {
      // Once the key is released; a refused hold leaves the call as it was, and the ladder shows why.
      clock.after(keyMilliseconds, () => {
        keys[key]?.(call).catch(() => undefined);
      });
    });
    void call.ended.then(off);
    await speak(call, clock);
  };
}

// Says his sentence again after a pause, until the call is over.
async function speak(call: Call<RtpSession>, clock: Clock): Promise<void> {
  let over = false;
  void call.ended.then(() => (over = true));
  for (;;) {
    const end = await call.media.play({ kind: 'file', path: greeting });
    if (over || end === 'stopped') return;
    await Promise.race([wait(clock, 2000), call.ended]);
    if (over) return;
  }
}

function wait(clock: Clock, milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => {
    clock.after(milliseconds, () => resolve(undefined));
  });
}
