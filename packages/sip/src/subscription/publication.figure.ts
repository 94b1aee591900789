// A state of ours that a server keeps for us, and its refreshes (RFC 3903 §4).
import type { Figure } from '../base/figure.ts';

/**
 * Where a publication stands. *Publishing*: a PUBLISH with our state is under way; *Refreshing*: one without. *Waiting*: it
 * failed and is tried again. *Leaving*: we do not want it any more, while a PUBLISH is under way whose answer comes first.
 */
export type PublicationState =
  | 'Unpublished'
  | 'Publishing'
  | 'Published'
  | 'Refreshing'
  | 'Waiting'
  | 'Leaving'
  | 'Removing'
  | 'Ended';

/** `refused` is an answer that trying again will not change; `unavailable` is silence, a broken way or a 5xx. */
export type PublicationEvent =
  | 'publish'
  | 'remove'
  | 'drop'
  | '2xx'
  | '412'
  | '423'
  | 'refused'
  | 'unavailable';

/** What is done on the way. */
export type PublicationAction =
  | 'send state'
  | 'send refresh'
  | 'send removal'
  | 'forget tag'
  | 'ask for longer'
  | 'take up wish'
  | 'count failure'
  | 'inform of publication'
  | 'inform of refusal'
  | 'inform of end';

/** RFC 3903 §4. Timers: `refresh` before the state expires (§4.3), `retry` with back-off. */
export const publicationFigure: Figure<
  PublicationState,
  PublicationEvent,
  PublicationAction,
  'refresh' | 'retry'
> = {
  Unpublished: {
    publish: ['Publishing', 'send state'],
    remove: ['Ended', 'inform of end'],
    drop: ['Ended', 'inform of end'],
  },
  Publishing: {
    '2xx': ['Published', 'inform of publication', 'take up wish'],
    // RFC 3903 §4.4: the server has forgotten it, so it is published anew.
    '412': ['Publishing', 'forget tag', 'send state'],
    '423': ['Publishing', 'ask for longer', 'send state'],
    refused: ['Ended', 'inform of refusal'],
    unavailable: ['Waiting', 'count failure'],
    // One PUBLISH at a time (RFC 3903 §4): the newer state goes with the next.
    publish: ['Publishing'],
    remove: ['Leaving'],
    drop: ['Ended', 'inform of end'],
  },
  Published: {
    timers: ['refresh'],
    'Timer refresh fires': ['Refreshing', 'send refresh'],
    publish: ['Publishing', 'send state'],
    remove: ['Removing', 'send removal'],
    drop: ['Ended', 'inform of end'],
  },
  Refreshing: {
    '2xx': ['Published', 'inform of publication', 'take up wish'],
    '412': ['Publishing', 'forget tag', 'send state'],
    '423': ['Refreshing', 'ask for longer', 'send refresh'],
    refused: ['Ended', 'inform of refusal'],
    unavailable: ['Waiting', 'count failure'],
    publish: ['Refreshing'],
    remove: ['Leaving'],
    drop: ['Ended', 'inform of end'],
  },
  Waiting: {
    timers: ['retry'],
    'Timer retry fires': ['Publishing', 'send state'],
    publish: ['Waiting'],
    remove: ['Ended', 'inform of end'],
    drop: ['Ended', 'inform of end'],
  },
  Leaving: {
    '2xx': ['Removing', 'send removal'],
    '412': ['Ended', 'inform of end'],
    '423': ['Ended', 'inform of end'],
    refused: ['Ended', 'inform of end'],
    unavailable: ['Ended', 'inform of end'],
    drop: ['Ended', 'inform of end'],
  },
  Removing: {
    '2xx': ['Ended', 'inform of end'],
    '412': ['Ended', 'inform of end'],
    '423': ['Ended', 'inform of end'],
    refused: ['Ended', 'inform of end'],
    unavailable: ['Ended', 'inform of end'],
    drop: ['Ended', 'inform of end'],
  },
  Ended: {},
};
