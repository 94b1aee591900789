// The media engine of commands that make no calls.
import { SipError } from '@offhook/sip';
import type { MediaEngine } from '@offhook/sip';

/** Refuses to open media: nothing that uses it may call or be called. */
export const noMedia: MediaEngine = {
  open() {
    throw new SipError('SIP_STATE', { message: 'This command makes no calls' });
  },
};
