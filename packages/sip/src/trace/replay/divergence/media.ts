// Answers to offers that our stack would not give (RFC 3264 §6).
import type { LineDocument } from '../../document/document.ts';
import type { CallFacts } from '../../explain/facts.ts';
import type { Departure } from './departure.ts';

/** Which directions may answer which (RFC 3264 §6.1). */
const answers: { readonly [Direction in LineDocument['direction']]: readonly string[] } = {
  sendrecv: ['sendrecv', 'sendonly', 'recvonly', 'inactive'],
  sendonly: ['recvonly', 'inactive'],
  recvonly: ['sendonly', 'inactive'],
  inactive: ['inactive'],
};

/** Wrong directions, and lines that are missing. */
export function mediaOf(facts: CallFacts): readonly Departure[] {
  return facts.document.negotiations.flatMap(
    ({ answer, answerer, lines }): readonly Departure[] => {
      const message = facts.message(answer);
      if (message === undefined) return [];
      const missing = lines.find(({ answered }) => answered === undefined);
      if (missing !== undefined)
        return [
          {
            party: answerer,
            message,
            theirs: `answers without a line for ${missing.media} (m-line ${missing.index})`,
            ours: 'answers each m-line, with port 0 where it does not want it',
            section: 'RFC 3264 §6',
          },
        ];
      const wrong = lines.find(
        ({ offered, answered }) =>
          answered !== undefined &&
          answered.port !== 0 &&
          offered.port !== 0 &&
          !answers[offered.direction].includes(answered.direction),
      );
      if (wrong === undefined) return [];
      const may = answers[wrong.offered.direction];
      return [
        {
          party: answerer,
          message,
          theirs: `answers a=${wrong.offered.direction} with a=${wrong.answered?.direction ?? ''}`,
          ours: `answers a=${may[0] ?? 'inactive'}`,
          section: 'RFC 3264 §6.1',
        },
      ];
    },
  );
}
