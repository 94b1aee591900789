// The connectivity check of one pair of candidates (RFC 8445 §6.1.2.6).
import type { Figure } from '@offhook/sip';

/** The states of a pair; Frozen is left out, since all pairs are of one component and one stream. */
export type CheckState = 'Waiting' | 'In-Progress' | 'Succeeded' | 'Failed';

/** What happens to a pair. */
export type CheckEvent =
  | 'check sent'
  | 'answered'
  | 'role conflict'
  | 'refused'
  | 'no answer'
  | 'triggered';

/** What is done on the way. */
export type CheckAction = 'repeat soon' | 'queue check';

/** RFC 8445 §6.1.2.6, with the triggered checks of §7.3.1.4. */
export const checkFigure: Figure<CheckState, CheckEvent, CheckAction> = {
  Waiting: {
    'check sent': ['In-Progress'],
    triggered: ['Waiting', 'queue check'],
  },
  'In-Progress': {
    answered: ['Succeeded'],
    // RFC 8445 §7.2.5.1: with the other role it is checked again.
    'role conflict': ['Waiting', 'queue check'],
    refused: ['Failed'],
    'no answer': ['Failed'],
    // RFC 8445 §7.3.1.4: what was lost before the way opened is not waited for; what is under way still counts.
    triggered: ['In-Progress', 'repeat soon'],
  },
  Succeeded: {},
  Failed: {
    triggered: ['Waiting', 'queue check'],
  },
};
