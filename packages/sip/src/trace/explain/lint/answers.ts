// Answers beside their offers, line by line (RFC 3264 §6).
import type { MediaDescription } from '../../../sdp/description.ts';
import { mayAnswer } from '../../../sdp/direction.ts';
import { isCompanion, sameCodec } from '../../../sdp/payload.ts';
import { quoted } from '../say.ts';
import { must, should } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** An answer has the lines of its offer, and meets them. */
export const answers: LintRule = {
  rule: 'answers',
  find: (seen, facts) =>
    facts.document.negotiations
      .filter(({ answer }) => answer === seen.number)
      .flatMap((negotiation) => {
        const offer = facts.message(negotiation.offer)?.sdp;
        const answer = seen.sdp;
        if (offer === undefined || answer === undefined) return [];
        if (offer.media.length !== answer.media.length)
          return [
            must(
              `The answer has ${answer.media.length} media lines, the offer ${offer.media.length}.`,
              'RFC 3264 §6',
            ),
          ];
        return answer.media.flatMap((line, index) => {
          const offered = offer.media[index];
          return offered === undefined ? [] : compared(offered, line, index + 1);
        });
      }),
};

function compared(offer: MediaDescription, answer: MediaDescription, line: number): Departure[] {
  const found: Departure[] = [];
  if (offer.media !== answer.media)
    return [
      must(
        `Media line ${line} is ${quoted(answer.media)}, the offer has ${quoted(offer.media)} there.`,
        'RFC 3264 §6',
      ),
    ];
  if (offer.port === 0 && answer.port !== 0)
    found.push(must(`Media line ${line} is accepted, though the offer has port 0.`, 'RFC 3264 §6'));
  if (answer.port === 0 || offer.port === 0) return found;
  if (offer.protocol !== answer.protocol)
    found.push(
      must(
        `Media line ${line} is answered by ${quoted(answer.protocol)}, offered by ${quoted(offer.protocol)}.`,
        'RFC 3264 §6.1',
      ),
    );
  if (!mayAnswer(offer.direction, answer.direction))
    found.push(
      must(
        `Media line ${line} answers ${offer.direction} with ${answer.direction}.`,
        'RFC 3264 §6.1',
      ),
    );
  const [asked, told] = [offer.rtpFormats(), answer.rtpFormats()];
  const common = told.filter((format) => asked.some((other) => sameCodec(format, other)));
  if (told.length > 0 && !common.some((format) => !isCompanion(format)))
    found.push(must(`Media line ${line} names no codec of the offer.`, 'RFC 3264 §6.1'));
  for (const format of told) {
    const other = asked.find(({ payloadType }) => payloadType === format.payloadType);
    if (other !== undefined && !sameCodec(format, other))
      found.push(
        should(
          `Payload type ${format.payloadType} means ${quoted(format.name)} here and ${quoted(other.name)} in the offer.`,
          'RFC 3264 §6.1',
        ),
      );
  }
  return found;
}
