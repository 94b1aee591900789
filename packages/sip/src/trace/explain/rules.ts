// The rules, in the order of the catalogue of faults.
import { ackLost } from './finding/ack-lost.ts';
import { ackNotTaken } from './finding/ack-not-taken.ts';
import { ackWrongTarget } from './finding/ack-wrong-target.ts';
import { cancelCrossed } from './finding/cancel-crossed.ts';
import { dtls } from './finding/dtls.ts';
import { dtmf } from './finding/dtmf.ts';
import { changeRefused } from './finding/change-refused.ts';
import { earlyMediaNoAnswer } from './finding/early-media-no-answer.ts';
import { extensionRequired } from './finding/extension-required.ts';
import { glare } from './finding/glare.ts';
import { illegalHoldAnswer } from './finding/illegal-hold-answer.ts';
import { iceFailed } from './finding/ice-failed.ts';
import { tcpKeepAlive } from './finding/tcp-keep-alive.ts';
import { loop } from './finding/loop.ts';
import { poorMedia } from './finding/poor-media.ts';
import { sessionIntervalTooSmall } from './finding/session-interval-too-small.ts';
import { noAnswer } from './finding/no-answer.ts';
import { noCommonCodec } from './finding/no-common-codec.ts';
import { requestTimeout, updateUnanswered } from './finding/request-timeout.ts';
import { oneWayDirection } from './finding/one-way-direction.ts';
import { oneWayNat } from './finding/one-way-nat.ts';
import { privateAddress } from './finding/private-address.ts';
import { refused } from './finding/refused.ts';
import { registrationExpired } from './finding/registration-expired.ts';
import { resumeCseq } from './finding/resume-cseq.ts';
import { sessionTimerExpired } from './finding/session-timer-expired.ts';
import { sameCallId } from './finding/same-call-id.ts';
import { forbiddenSource } from './finding/forbidden-source.ts';
import { staleNonce } from './finding/stale-nonce.ts';
import { oversizeRefused } from './finding/oversize-refused.ts';
import { transferFailed, transferNoNotify } from './finding/transfer.ts';
import { twoAnswers } from './finding/two-answers.ts';
import { oversize } from './finding/oversize.ts';
import { websocketDropped } from './finding/websocket-dropped.ts';
import { wrongPassword } from './finding/wrong-password.ts';
import { byeWrongTag } from './finding/bye-wrong-tag.ts';
import type { Rule } from './found.ts';

/** All rules. Each looks at a call by itself; the weights of what they find decide what the verdict tells. */
export const rules: readonly Rule[] = [
  noAnswer,
  requestTimeout,
  wrongPassword,
  staleNonce,
  forbiddenSource,
  refused,
  noCommonCodec,
  ackLost,
  ackWrongTarget,
  ackNotTaken,
  privateAddress,
  oneWayDirection,
  oneWayNat,
  illegalHoldAnswer,
  resumeCseq,
  glare,
  sessionTimerExpired,
  sessionIntervalTooSmall,
  twoAnswers,
  earlyMediaNoAnswer,
  cancelCrossed,
  byeWrongTag,
  transferFailed,
  transferNoNotify,
  dtmf,
  iceFailed,
  dtls,
  websocketDropped,
  registrationExpired,
  loop,
  oversize,
  tcpKeepAlive,
  oversizeRefused,
  extensionRequired,
  updateUnanswered,
  poorMedia,
  sameCallId,
  changeRefused,
];
