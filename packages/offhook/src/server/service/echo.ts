// `echo`: answers at once and sends back what it hears.
import type { IncomingCall } from '@offhook/sip';
import type { RtpSession } from '../../media/rtp-negotiator.ts';
import { hangUpWhenGone } from './gone.ts';

/** Takes a call to `echo`, until it is over. */
export async function answerAsEcho(incoming: IncomingCall<RtpSession>): Promise<void> {
  incoming.ring();
  const call = await incoming.accept();
  hangUpWhenGone(call);
  await call.media.echo(true);
  await call.ended;
}
