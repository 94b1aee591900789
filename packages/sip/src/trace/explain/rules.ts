// The rules, in the order of the catalogue of faults.
import { ackLost } from './finding/ack-lost.ts';
import { ackNotTaken } from './finding/ack-not-taken.ts';
import { ackWrongTarget } from './finding/ack-wrong-target.ts';
import { cancelCrossing } from './finding/cancel-crossing.ts';
import { dtlsFailed } from './finding/dtls-failed.ts';
import { dtmf } from './finding/dtmf.ts';
import { changeRefused } from './finding/change-refused.ts';
import { earlyMedia } from './finding/early-media.ts';
import { extension } from './finding/extension.ts';
import { glare } from './finding/glare.ts';
import { holdAnswer } from './finding/hold-answer.ts';
import { iceFailed } from './finding/ice-failed.ts';
import { keepAliveLost } from './finding/keep-alive-lost.ts';
import { loop } from './finding/loop.ts';
import { poorMedia } from './finding/poor-media.ts';
import { minSeRule } from './finding/min-se.ts';
import { noAnswer } from './finding/no-answer.ts';
import { noCommonCodec } from './finding/no-common-codec.ts';
import { nonInviteTimeout, updateUnanswered } from './finding/non-invite-timeout.ts';
import { oneWayDirection } from './finding/one-way-direction.ts';
import { oneWayNat } from './finding/one-way-nat.ts';
import { privateAddress } from './finding/private-address.ts';
import { refused } from './finding/refused.ts';
import { registrationExpired } from './finding/registration-expired.ts';
import { resume } from './finding/resume.ts';
import { sessionTimer } from './finding/session-timer.ts';
import { sharedCallId } from './finding/shared-call-id.ts';
import { sourceFilter } from './finding/source-filter.ts';
import { staleNonce } from './finding/stale-nonce.ts';
import { tooLarge } from './finding/too-large.ts';
import { transferFailed, transferSilent } from './finding/transfer.ts';
import { twoAnswers } from './finding/two-answers.ts';
import { udpOversize } from './finding/udp-oversize.ts';
import { websocketDropped } from './finding/websocket-dropped.ts';
import { wrongPassword } from './finding/wrong-password.ts';
import { wrongTag } from './finding/wrong-tag.ts';
import type { Rule } from './found.ts';

/** All rules. Each looks at a call by itself; the weights of what they find decide what the verdict tells. */
export const rules: readonly Rule[] = [
  noAnswer,
  nonInviteTimeout,
  wrongPassword,
  staleNonce,
  sourceFilter,
  refused,
  noCommonCodec,
  ackLost,
  ackWrongTarget,
  ackNotTaken,
  privateAddress,
  oneWayDirection,
  oneWayNat,
  holdAnswer,
  resume,
  glare,
  sessionTimer,
  minSeRule,
  twoAnswers,
  earlyMedia,
  cancelCrossing,
  wrongTag,
  transferFailed,
  transferSilent,
  dtmf,
  iceFailed,
  dtlsFailed,
  websocketDropped,
  registrationExpired,
  loop,
  udpOversize,
  keepAliveLost,
  tooLarge,
  extension,
  updateUnanswered,
  poorMedia,
  sharedCallId,
  changeRefused,
];
