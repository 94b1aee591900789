// Keys pressed during a call, sent as telephone events (RFC 4733) by the browser.
import { SipError } from '../message/errors.ts';

/** How long a key sounds, and the silence after it, in milliseconds. */
const length = { tone: 160, gap: 70 };

/** Sends `digits` after those that are still being sent; resolves when the last is out. Throws SIP_STATE where the peer takes none. */
export async function sendDigits(
  sender: RTCDTMFSender | null | undefined,
  digits: string,
): Promise<void> {
  if (!/^[0-9A-D*#,]+$/i.test(digits)) throw new TypeError(`No keys of a telephone: ${digits}`);
  if (sender === null || sender === undefined || !sender.canInsertDTMF)
    throw new SipError('SIP_STATE', { message: 'No telephone events were agreed on' });
  sender.insertDTMF(sender.toneBuffer + digits, length.tone, length.gap);
  await new Promise<void>((resolve) => {
    const listen = ({ tone }: RTCDTMFToneChangeEvent): void => {
      if (tone !== '') return;
      sender.removeEventListener('tonechange', listen);
      resolve();
    };
    sender.addEventListener('tonechange', listen);
  });
}
