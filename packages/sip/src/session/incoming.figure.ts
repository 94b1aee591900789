// An INVITE of a peer until we answer it (RFC 3261 §13.3), with early media (RFC 3262 §5), CANCEL (§9.2) and its own expiry.
import type { Figure } from '../base/figure.ts';

/**
 * Where an incoming call stands. *Previewing*: a description is being made for a provisional response. *Unconfirmed*: it
 * went out reliably and waits for PRACK; *Applying*: the PRACK brought the answer. *Early*: both sides know the media.
 * *Confirming*: our user has accepted, and the PRACK is waited for. *Answering*: so is the media engine.
 */
export type IncomingState =
  | 'Offered'
  | 'Ringing'
  | 'Previewing'
  | 'Unconfirmed'
  | 'Applying'
  | 'Early'
  | 'Confirming'
  | 'Answering'
  | 'Accepted'
  | 'Ended';

/**
 * `ring`, `preview`, `accept` and `reject` come from our user, the others from the network and the media. An answer is
 * ready `for PRACK` when it goes into a reliable provisional response.
 */
export type IncomingEvent =
  | 'ring'
  | 'preview'
  | 'accept'
  | 'reject'
  | 'answer ready'
  | 'answer ready for PRACK'
  | 'answer failed'
  | 'PRACK'
  | 'PRACK with answer'
  | 'PRACK missing'
  | 'CANCEL'
  | 'BYE';

/** What is done on the way. */
export type IncomingAction =
  | 'send 180'
  | 'send description'
  | 'send rejection'
  | 'send 480'
  | 'send 487'
  | 'send 488 or 500'
  | 'send 504'
  | 'answer BYE'
  | 'make answer'
  | 'apply answer'
  | 'start session'
  | 'inform of preview'
  | 'inform of cancel'
  | 'inform of expiry'
  | 'inform of failure'
  | 'inform of silence';

/**
 * RFC 3261 §13.3. Timers: `expires` is the INVITE's Expires (§13.3.1), `repeat` sends another 180 each minute so that
 * no proxy gives up (§13.3.1.1), `ring` is ours: nobody rings for ever.
 */
export type IncomingTimer = 'expires' | 'repeat' | 'ring';

/** What ends the call in every state before its answer. */
const ends = {
  reject: ['Ended', 'send rejection'],
  CANCEL: ['Ended', 'send 487', 'inform of cancel'],
  // RFC 3261 §15: the caller may end an early dialog with BYE.
  BYE: ['Ended', 'answer BYE', 'send 487', 'inform of cancel'],
  // RFC 3262 §3: a provisional response that nobody acknowledges refuses the call.
  'PRACK missing': ['Ended', 'send 504', 'inform of silence'],
  'Timer expires fires': ['Ended', 'send 487', 'inform of expiry'],
  'Timer ring fires': ['Ended', 'send 480', 'inform of expiry'],
} as const;

/** RFC 3261 §13.3, RFC 3262 §5. */
export const incomingFigure: Figure<IncomingState, IncomingEvent, IncomingAction, IncomingTimer> = {
  Offered: {
    ...ends,
    timers: ['expires', 'ring'],
    ring: ['Ringing', 'send 180'],
    preview: ['Previewing', 'make answer'],
    accept: ['Answering', 'make answer'],
  },
  Ringing: {
    ...ends,
    timers: ['expires', 'ring', 'repeat'],
    ring: ['Ringing', 'send 180'],
    preview: ['Previewing', 'make answer'],
    accept: ['Answering', 'make answer'],
    'Timer repeat fires': ['Ringing', 'reset repeat', 'send 180'],
  },
  Previewing: {
    ...ends,
    timers: ['expires', 'ring'],
    'answer ready': ['Early', 'send description', 'inform of preview'],
    'answer ready for PRACK': ['Unconfirmed', 'send description', 'inform of preview'],
    'answer failed': ['Ended', 'send 488 or 500', 'inform of failure'],
    ring: ['Previewing'],
    preview: ['Previewing'],
    accept: ['Answering'],
  },
  Unconfirmed: {
    ...ends,
    timers: ['expires', 'ring', 'repeat'],
    PRACK: ['Early'],
    'PRACK with answer': ['Applying', 'apply answer'],
    ring: ['Unconfirmed', 'send 180'],
    preview: ['Unconfirmed', 'inform of preview'],
    // RFC 3262 §5: the 2xx waits for the PRACK of a response with a description.
    accept: ['Confirming'],
    'Timer repeat fires': ['Unconfirmed', 'reset repeat', 'send 180'],
  },
  Applying: {
    ...ends,
    timers: ['expires', 'ring', 'repeat'],
    'answer ready': ['Early'],
    'answer failed': ['Ended', 'send 488 or 500', 'inform of failure'],
    ring: ['Applying', 'send 180'],
    preview: ['Applying', 'inform of preview'],
    accept: ['Answering'],
    'Timer repeat fires': ['Applying', 'reset repeat', 'send 180'],
  },
  Early: {
    ...ends,
    timers: ['expires', 'ring', 'repeat'],
    ring: ['Early', 'send 180'],
    preview: ['Early', 'inform of preview'],
    accept: ['Accepted', 'start session'],
    'Timer repeat fires': ['Early', 'reset repeat', 'send 180'],
  },
  Confirming: {
    ...ends,
    timers: ['expires', 'ring'],
    PRACK: ['Accepted', 'start session'],
    'PRACK with answer': ['Answering', 'apply answer'],
  },
  Answering: {
    ...ends,
    timers: ['expires', 'ring'],
    'answer ready': ['Accepted', 'start session'],
    // RFC 3262 §5: asked for a provisional response, it goes into the 2xx as well.
    'answer ready for PRACK': ['Accepted', 'start session'],
    'answer failed': ['Ended', 'send 488 or 500', 'inform of failure'],
  },
  Accepted: {},
  Ended: {},
};
