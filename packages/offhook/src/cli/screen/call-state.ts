// How a call goes, in a word or two.
import type { CallSummary } from '@offhook/sip/trace';

/** Such as `IN CALL`, `COMPLETED`, `BUSY`, or the status of what is no call. */
export function stateOf({ method, status, over, outcome }: CallSummary): string {
  if (method !== 'INVITE') return status === undefined ? 'SENT' : String(status);
  if (status === undefined) return over ? 'NO ANSWER' : 'CALL SETUP';
  if (status < 200) return over ? 'NO ANSWER' : 'CALL SETUP';
  if (status < 300) return over ? 'COMPLETED' : 'IN CALL';
  if (status === 487 || outcome.startsWith('cancelled')) return 'CANCELLED';
  if (status === 486 || status === 600) return 'BUSY';
  if (status === 408 || status === 480) return 'NO ANSWER';
  if (status < 400) return 'DIVERTED';
  return 'REJECTED';
}
