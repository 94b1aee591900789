// A notice to the sender of a stored message who asked for one, in words that every phone shows (RFC 5438 without its wrapping).
import type { Random } from '@offhook/sip';
import { createRequest, date, formatUri } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';

/** What there is to tell of a message that was answered with 202. */
export type Told = 'delivered' | 'refused' | 'expired';

const wordOf = { delivered: 'Delivered', refused: 'Refused', expired: 'Not delivered in time' };

/**
 * The notice of `told`; undefined unless `Disposition-Notification` of the message names `positive-delivery` or
 * `negative-delivery`, the words of RFC 5438.
 */
export function noticeOf(
  message: Request,
  told: Told,
  { random, at }: { readonly random: Random; readonly at: string },
): Request | undefined {
  const wanted = told === 'delivered' ? 'positive-delivery' : 'negative-delivery';
  const asked = message.rows('Disposition-Notification').join(',').toLowerCase().split(',');
  if (!asked.some((one) => one.trim() === wanted)) return undefined;
  const sender = formatUri(message.from.uri);
  const recipient = formatUri(message.to.uri);
  const written = message.get(date) ?? '';
  return createRequest({
    method: 'MESSAGE',
    uri: sender,
    headers: [
      ['Via', `SIP/2.0/TCP mailbox.invalid;branch=z9hG4bK${random.token()}`],
      ['Max-Forwards', '70'],
      ['From', `<${recipient}>;tag=${random.token()}`],
      ['To', `<${sender}>`],
      ['Call-ID', random.token(128)],
      ['CSeq', '1 MESSAGE'],
      ['In-Reply-To', message.callId],
      ['Date', at],
      ['Content-Type', 'text/plain;charset=UTF-8'],
      ['Content-Disposition', 'notification;handling=optional'],
    ],
    body: `${wordOf[told]}: your message of ${written} to ${recipient}`,
  });
}
