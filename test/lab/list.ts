// Every family of captures, in the order of the catalogue.
import { noAnswer } from './fault/01-no-answer.ts';
import { requestTimeout } from './fault/02-request-timeout.ts';
import { wrongPassword } from './fault/03-wrong-password.ts';
import { staleNonce } from './fault/04-stale-nonce.ts';
import { forbiddenSource } from './fault/05-forbidden-source.ts';
import { refused } from './fault/06-refused.ts';
import { noCommonCodec } from './fault/07-no-common-codec.ts';
import { ackLost } from './fault/08-ack-lost.ts';
import { ackWrongTarget } from './fault/09-ack-wrong-target.ts';
import { ackNotTaken } from './fault/10-ack-not-taken.ts';
import { illegalHoldAnswer } from './fault/14-illegal-hold-answer.ts';
import { resumeCseq } from './fault/15-resume-cseq.ts';
import { glare } from './fault/16-glare.ts';
import { sessionTimerExpired } from './fault/17-session-timer-expired.ts';
import { sessionIntervalTooSmall } from './fault/18-session-interval-too-small.ts';
import { twoAnswers } from './fault/19-two-answers.ts';
import { earlyMediaNoAnswer } from './fault/20-early-media-no-answer.ts';
import { cancelCrossed } from './fault/21-cancel-crossed.ts';
import { byeWrongTag } from './fault/22-bye-wrong-tag.ts';
import { transferFailed } from './fault/23-transfer-failed.ts';
import { transferNoNotify } from './fault/24-transfer-no-notify.ts';
import { registrationExpired } from './fault/29-registration-expired.ts';
import { loop } from './fault/30-loop.ts';
import { extensionRequired } from './fault/33-extension-required.ts';
import { updateUnanswered } from './fault/34-update-unanswered.ts';
import { sameCallId } from './fault/36-same-call-id.ts';
import { privateAddress } from './fault/11-private-address.ts';
import { oneWayDirection } from './fault/12-one-way-direction.ts';
import { oneWayNat } from './fault/13-one-way-nat.ts';
import { dtmf } from './fault/25-dtmf.ts';
import { poorMedia } from './fault/35-poor-media.ts';
import { iceFailed } from './fault/26-ice-failed.ts';
import { dtls } from './fault/27-dtls.ts';
import { websocketDropped } from './fault/28-websocket-dropped.ts';
import { oversize } from './fault/31-oversize.ts';
import { tcpKeepAlive } from './fault/32-tcp-keep-alive.ts';
import { first } from './healthy/first.ts';
import { moreParties } from './healthy/more-parties.ts';
import { twoParty } from './healthy/two-party.ts';
import type { Family } from './recipe.ts';
import { browsers } from './unseen/browser.ts';
import { combined } from './unseen/combined.ts';
import { combinedHealthy } from './unseen/combined-healthy.ts';
import { dialogs } from './unseen/dialogs.ts';
import { healthyCalls } from './unseen/healthy-calls.ts';
import { healthyMedia } from './unseen/healthy-media.ts';
import { healthyMore } from './unseen/healthy-more.ts';
import { healthyPhones } from './unseen/healthy-phones.ts';
import { later } from './unseen/later.ts';
import { media } from './unseen/media.ts';
import { setup } from './unseen/setup.ts';

/** Calls in which nothing is wrong. */
const healthy: Family = {
  fault: null,
  rule: 'healthy',
  recipes: [...first, ...twoParty, ...moreParties],
};

/** All of them. */
export const families: readonly Family[] = [
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
  illegalHoldAnswer,
  resumeCseq,
  glare,
  sessionTimerExpired,
  sessionIntervalTooSmall,
  twoAnswers,
  earlyMediaNoAnswer,
  cancelCrossed,
  byeWrongTag,
  iceFailed,
  dtls,
  websocketDropped,
  oversize,
  tcpKeepAlive,
  privateAddress,
  oneWayDirection,
  oneWayNat,
  dtmf,
  poorMedia,
  transferFailed,
  transferNoNotify,
  registrationExpired,
  loop,
  extensionRequired,
  updateUnanswered,
  sameCallId,
  healthy,
  ...[
    ...setup,
    ...dialogs,
    ...later,
    ...media,
    ...browsers,
    { fault: null, rule: 'healthy', recipes: [...healthyCalls, ...healthyMedia, ...healthyMore] },
  ].map((family) => ({ ...family, round: 2 })),
  ...[...combined, { fault: null, rule: 'healthy', recipes: combinedHealthy }].map((family) => ({
    ...family,
    round: 3,
  })),
  { fault: null, rule: 'healthy', round: 4, recipes: healthyPhones },
];
