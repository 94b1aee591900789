// `bob`: a colleague who rings for a second, answers, speaks, does what the keys ask of him, and lets himself be handed over.
import { fileURLToPath } from 'node:url';
import { readKeyPress, sipUriOf } from '@offhook/sip';
import type { Call, Clock, IncomingCall, TransferRequest } from '@offhook/sip';
import type { RtpSession } from '../../media/rtp-negotiator.ts';
import { canonicalAor } from '../location/aor.ts';
import type { DomainOf } from '../location/aor.ts';
import { hangUpWhenGone } from './gone.ts';

const ringMilliseconds = 1000;
const keyMilliseconds = 300;
const pauseMilliseconds = 2000;
const holdMilliseconds = 4000;
/** With another built-in peer nobody else would end it. */
const handedOverMilliseconds = 60_000;
/** Calls to which he has been handed over, at once. */
const handedOverLimit = 100;
const greeting = fileURLToPath(new URL('../../../assets/bob.wav', import.meta.url));

/** What each key makes bob do. */
const keys = new Map<string, (call: Call<RtpSession>, clock: Clock) => Promise<unknown>>([
  ['1', holdForAMoment],
  ['2', (call) => call.hangUp()],
]);

/** Takes calls to `bob`. */
export function answerAsBob(clock: Clock): (incoming: IncomingCall<RtpSession>) => Promise<void> {
  return async (incoming) => {
    incoming.ring();
    if (await happens(incoming.ended, { clock, within: ringMilliseconds })) return;
    await talk(await incoming.accept(), clock);
  };
}

/** Follows whom `bob` talks to, and to addresses of this system alone: nobody calls strangers in his name. */
export function followAsBob(
  clock: Clock,
  domainOf: DomainOf,
): (transfer: TransferRequest<RtpSession>) => void {
  let count = 0;
  return (transfer) => {
    const isOurs = canonicalAor(sipUriOf(transfer.target), domainOf) !== undefined;
    if (transfer.dialog === undefined || !isOurs) transfer.reject(403);
    else if (count >= handedOverLimit) transfer.reject(480);
    else {
      count += 1;
      // When it fails, who asked is told, and the call with him goes on.
      transfer
        .follow()
        .answered.then((call) => talkForAWhile(call, clock))
        .catch(() => undefined)
        .finally(() => (count -= 1));
    }
  };
}

async function talkForAWhile(call: Call<RtpSession>, clock: Clock): Promise<void> {
  const limit = clock.after(handedOverMilliseconds, () => void call.hangUp());
  await talk(call, clock);
  limit.cancel();
}

// Until the call is over.
async function talk(call: Call<RtpSession>, clock: Clock): Promise<void> {
  hangUpWhenGone(call);
  // However they come, each key is told once.
  const offs = [
    call.media.on('dtmf', (key) => void obey(call, key, clock)),
    call.onInfo((info) => {
      const press = readKeyPress(info);
      if (press !== undefined) call.media.hearKey(press.key);
    }),
  ];
  await speak(call, clock);
  await call.ended;
  for (const off of offs) off();
}

// Once the key is released; a hold that is refused leaves the call as it was, and the ladder shows why.
async function obey(call: Call<RtpSession>, key: string, clock: Clock): Promise<void> {
  const act = keys.get(key);
  if (act === undefined) return;
  if (await happens(call.ended, { clock, within: keyMilliseconds })) return;
  await act(call, clock).catch(() => undefined);
}

// By himself he takes the call up again, since a phone on hold sends no media and so no keys.
async function holdForAMoment(call: Call<RtpSession>, clock: Clock): Promise<void> {
  await call.hold();
  if (await happens(call.ended, { clock, within: holdMilliseconds })) return;
  await call.resume();
}

// Says his sentence again after a pause, until the call is over.
async function speak(call: Call<RtpSession>, clock: Clock): Promise<void> {
  for (;;) {
    const end = await call.media.play({ kind: 'file', path: greeting });
    if (end === 'stopped') return;
    if (await happens(call.ended, { clock, within: pauseMilliseconds })) return;
  }
}

/** True when `event` resolves within so many milliseconds; nothing is left waiting. */
function happens(
  event: Promise<unknown>,
  { clock, within }: { readonly clock: Clock; readonly within: number },
): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(within, () => resolve(false));
    void event.then(() => {
      timer.cancel();
      resolve(true);
    });
  });
}
