// Hold as our user asked for it and the other side confirmed it (RFC 3264 §8.4).
import type { Figure } from '@offhook/sip';

/** Asked for and confirmed are two things. */
export type PhoneHoldState = 'Off' | 'Holding' | 'Held' | 'Resuming';

/** `hold` and `resume` are presses; the others are what the other side made of it. */
export type PhoneHoldEvent = 'hold' | 'resume' | 'agreed' | 'refused';

/** What is done on the way. */
export type PhoneHoldAction = 'ask for hold' | 'ask for resume' | 'tell of hold' | 'tell of resume';

/** A press while the last one is under way waits for its outcome. */
export const phoneHoldFigure: Figure<PhoneHoldState, PhoneHoldEvent, PhoneHoldAction> = {
  Off: {
    hold: ['Holding', 'ask for hold'],
  },
  Holding: {
    agreed: ['Held'],
    refused: ['Off', 'tell of hold'],
  },
  Held: {
    resume: ['Resuming', 'ask for resume'],
  },
  Resuming: {
    agreed: ['Off'],
    refused: ['Held', 'tell of resume'],
  },
};
