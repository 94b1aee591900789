// What an answer to our offer makes of the session, and what is wrong with it (RFC 3264 §7).
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { obstacleTo } from './address.ts';
import type { MediaDescription, SessionDescription } from './description.ts';
import { mayAnswer } from './direction.ts';
import { agreeStreams, commonFormats, leadFormat, usesIce, wantsCrypto } from './match.ts';
import type { Agreement } from './match.ts';
import type { OpenOffer } from './offer.ts';
import { agreedCrypto } from './security.ts';
import { bindNumbers } from './slot.ts';

/** Something in an answer that RFC 3264 does not allow. */
export interface AnswerProblem {
  readonly kind:
    | 'line count'
    | 'media type'
    | 'protocol'
    | 'revived'
    | 'address'
    | 'format'
    | 'direction'
    | 'crypto'
    | 'time';
  /** The place of its m= line, from 0; undefined when it is the whole. */
  readonly line: number | undefined;
  /** In plain words. */
  readonly text: string;
}

/** An answer put to use, with what was wrong and could be passed over. */
export interface AcceptedAnswer {
  readonly agreement: Agreement;
  /** What was passed over: an illegal direction counts as the part that both allow, an unusable line as refused. */
  readonly problems: readonly AnswerProblem[];
}

/** An answer with which there is no session. */
export interface AnswerRefusal {
  readonly problems: readonly AnswerProblem[];
  /** In plain words. */
  readonly text: string;
}

/**
 * Checks `answer` and tells what is in force with it. It cannot be used when its lines are not those of the offer, or when
 * the offer wanted media and no line has any.
 */
export function acceptAnswer(
  offer: OpenOffer,
  answer: SessionDescription,
): Result<AcceptedAnswer, AnswerRefusal> {
  const { description: ours, previous } = offer;
  if (ours.media.length !== answer.media.length) {
    const text = `The answer has ${answer.media.length} media lines, the offer ${ours.media.length}`;
    return fail({ text, problems: [{ kind: 'line count', line: undefined, text }] });
  }
  const problems = ours.media.flatMap((mine, line) => {
    const theirs = answer.media[line];
    return theirs === undefined ? [] : checkLine(mine, theirs, line);
  });
  if (!sameTimes(ours, answer))
    problems.push({ kind: 'time', line: undefined, text: 'The t= line is not that of the offer' });
  const wrongType = problems.find(({ kind }) => kind === 'media type');
  if (wrongType !== undefined) return fail({ text: wrongType.text, problems });

  const streams = agreeStreams(ours, answer, offer.slots);
  const wanted = ours.media.some(({ port }) => port !== 0);
  if (wanted && streams.every(({ codec }) => codec === undefined)) {
    return fail({ text: problems[0]?.text ?? 'The answer refuses every media line', problems });
  }
  const bound = ours.media.map((mine, line) => bindNumbers(previous?.bound[line], mine));
  return ok({ agreement: { local: ours, remote: answer, streams, bound }, problems });
}

function checkLine(
  ours: MediaDescription,
  theirs: MediaDescription,
  line: number,
): AnswerProblem[] {
  const problem = (kind: AnswerProblem['kind'], text: string): AnswerProblem => ({
    kind,
    line,
    text: `Line ${line + 1} of the answer ${text}`,
  });
  if (ours.media !== theirs.media)
    return [problem('media type', `is ${theirs.media}, that of the offer ${ours.media}`)];
  if (theirs.port === 0) return [];
  if (ours.port === 0) return [problem('revived', 'has a port, though the offer has none')];
  const problems: AnswerProblem[] = [];
  if (ours.protocol !== theirs.protocol) {
    problems.push(problem('protocol', `is ${theirs.protocol}, that of the offer ${ours.protocol}`));
  }
  const obstacle = usesIce(theirs)
    ? undefined
    : obstacleTo(theirs.connection, ours.connection?.address ?? '');
  if (obstacle !== undefined)
    problems.push(problem('address', `cannot be sent to: ${obstacle.text}`));
  if (leadFormat(commonFormats(theirs, ours), ours) === undefined)
    problems.push(problem('format', 'has no codec of the offer'));
  if (wantsCrypto(ours, theirs) && agreedCrypto(ours, theirs) === undefined)
    problems.push(problem('crypto', 'takes none of the keys offered'));
  if (!mayAnswer(ours.direction, theirs.direction)) {
    problems.push(
      problem('direction', `is ${theirs.direction}, which may not answer ${ours.direction}`),
    );
  }
  return problems;
}

function sameTimes(a: SessionDescription, b: SessionDescription): boolean {
  const text = ({ times }: SessionDescription): string =>
    times.map(({ start, stop }) => `${start} ${stop}`).join();
  return text(a) === text(b);
}
