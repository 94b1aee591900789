// One reading of each text for all who look at it: rows, documents, rules and replays ask for the messages of a call one after another.
import type { Result } from '../../base/result.ts';
import type { Message } from '../../message/message.ts';
import { parseMessageText } from '../../message/parse.ts';
import type { MessageProblem } from '../../message/problem.ts';
import type { SessionDescription } from '../../sdp/description.ts';
import { parseSdp } from '../../sdp/parse.ts';
import type { SdpProblem } from '../../sdp/parse.ts';

/** Of how many characters readings are remembered; a usual call has some ten thousand. */
const mostCharacters = 200_000;

const messages = remembering((text) => parseMessageText(text));
const descriptions = remembering((text) => parseSdp(text));

/** The message that `text` is, or why it is none. */
export function readText(text: string): Result<Message, MessageProblem> {
  return messages(text);
}

/** The session description that `text` is, or why it is none. */
export function readDescription(text: string): Result<SessionDescription, SdpProblem> {
  return descriptions(text);
}

/** What was read of texts lately; what was read is never changed by anyone. */
function remembering<Value extends object>(read: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  let size = 0;
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = read(text);
    known.set(text, value);
    size += text.length;
    for (const eldest of known.keys()) {
      if (size <= mostCharacters) break;
      known.delete(eldest);
      size -= eldest.length;
    }
    return value;
  };
}
