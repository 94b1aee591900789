// Why a call has no answer, as the error of whoever waits for one.
import { SipError } from '../message/errors.ts';
import type { SessionEnd } from '../session/end.ts';

/** The error that the end of a call means before its answer. */
export function endedEarly(end: SessionEnd): SipError {
  if (end.cause === 'cancel')
    return new SipError('SIP_CANCELLED', { message: 'The caller gave up' });
  if (end.cause === 'rejected')
    return new SipError('SIP_STATE', { message: 'The call was refused already' });
  if (end.cause === 'media')
    return new SipError('SIP_NO_COMMON_CODEC', {
      message: end.reason ?? 'The media could not be agreed on',
    });
  if (end.cause === 'timeout' || end.cause === 'expired') return new SipError('SIP_TIMEOUT');
  return new SipError('SIP_STATE', { message: end.reason ?? `The call ended: ${end.cause}` });
}
