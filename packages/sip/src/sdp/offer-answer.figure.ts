// Offer/answer as a figure: at most one offer is open, whoever made it (RFC 3264 §4, RFC 6337 §2).
import type { Figure } from '../base/figure.ts';

/**
 * `Early…` is an offer whose answer was seen in a response that is not reliable: media runs on it, but only the reliable
 * response ends the exchange (RFC 6337 §3.1.1).
 */
export type OfferAnswerState =
  | 'Stable'
  | 'LocalOffer'
  | 'EarlyRemoteAnswer'
  | 'RemoteOffer'
  | 'EarlyLocalAnswer'
  | 'Ended';

/** What can happen to offers and answers. */
export type OfferAnswerEvent =
  | 'offer sent'
  | 'offer received'
  | 'early answer sent'
  | 'early answer received'
  | 'answer sent'
  | 'answer received'
  | 'exchange confirmed'
  | 'offer refused by peer'
  | 'offer refused by us'
  | 'session ended';

/** What is done with the descriptions. */
export type OfferAnswerAction =
  | 'open local offer'
  | 'open remote offer'
  | 'put in force'
  | 'close offer'
  | 'restore';

/** RFC 3264 §4: an offer while another is open has no arrow, and neither has a second answer (RFC 3261 §13.2.1). */
export const offerAnswer: Figure<OfferAnswerState, OfferAnswerEvent, OfferAnswerAction> = {
  Stable: {
    'offer sent': ['LocalOffer', 'open local offer'],
    'offer received': ['RemoteOffer', 'open remote offer'],
    'session ended': ['Ended'],
  },
  LocalOffer: {
    'early answer received': ['EarlyRemoteAnswer', 'put in force'],
    'answer received': ['Stable', 'put in force', 'close offer'],
    'offer refused by peer': ['Stable', 'restore'],
    'session ended': ['Ended', 'restore'],
  },
  // RFC 3261 §13.2.1: the first description is the answer; the final response only confirms it.
  EarlyRemoteAnswer: {
    'exchange confirmed': ['Stable', 'close offer'],
    'offer refused by peer': ['Stable', 'restore'],
    'session ended': ['Ended', 'close offer'],
  },
  RemoteOffer: {
    'early answer sent': ['EarlyLocalAnswer', 'put in force'],
    'answer sent': ['Stable', 'put in force', 'close offer'],
    'offer refused by us': ['Stable', 'restore'],
    'session ended': ['Ended', 'restore'],
  },
  EarlyLocalAnswer: {
    'exchange confirmed': ['Stable', 'close offer'],
    'offer refused by us': ['Stable', 'restore'],
    'session ended': ['Ended', 'close offer'],
  },
  Ended: {},
};
