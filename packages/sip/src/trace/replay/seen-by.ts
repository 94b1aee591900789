// The messages of a document as one party has them: at the time when it sent or received them.
import type { Message } from '../../message/message.ts';
import { readText } from '../correlate/read-text.ts';
import type { MessageDocument } from '../document/document.ts';
import type { PartyMessage } from './party-message.ts';
import type { TransactionMessage } from './transaction.ts';

/** A message at the time when `party` sent or received it; nothing when it did neither. */
export function seenBy(message: MessageDocument, party: number): readonly TransactionMessage[] {
  const { number, from, to, at, sentAt, receivedAt, method, status, resend, lost } = message;
  const sent = from === party;
  if (!sent && (to !== party || lost)) return [];
  return [
    {
      number,
      at: (sent ? sentAt : receivedAt) ?? at,
      method,
      status,
      repeated: resend > 0,
    },
  ];
}

/** The same with what it says; `creates`, `attempts` and `within` are of a dialog, where it is of one. */
export function partyMessages(
  message: MessageDocument,
  party: number,
  {
    creates = false,
    attempts = false,
    within = false,
  }: Partial<Pick<PartyMessage, 'creates' | 'attempts' | 'within'>> = {},
): readonly PartyMessage[] {
  const { cseq, from, sdp } = message;
  return seenBy(message, party).map((seen) => ({
    ...seen,
    cseq,
    sent: from === party,
    creates,
    attempts,
    within,
    sdp,
    message: parsedOf(message),
  }));
}

/** What the message says; undefined when it is no valid one. */
export function parsedOf({ text }: MessageDocument): Message | undefined {
  const parsed = readText(text);
  return parsed.ok ? parsed.value : undefined;
}
