// Explains one call from records of the tap: loaded when somebody asks why a call went as it did, and not before.
import { parseTapLine, TraceBook } from '@offhook/sip/trace';
import type { Observation } from '@offhook/sip';
import type { ToldCall } from './ask.ts';

/** Explains calls. */
export interface Explainer {
  /** Of records; undefined when the call is not in them. */
  ofRecords(records: readonly Observation[], callId: string): ToldCall | undefined;
  /** Of records as they are written, one a line; what is no record is left out. */
  ofLines(lines: string, callId: string): ToldCall | undefined;
}

/** The explainer. */
export const explainer: Explainer = {
  ofRecords,
  ofLines: (lines, callId) =>
    ofRecords(
      lines.split('\n').flatMap((line) => {
        const read = line === '' ? undefined : parseTapLine(line);
        return read?.ok === true ? [read.value] : [];
      }),
      callId,
    ),
};

function ofRecords(records: readonly Observation[], callId: string): ToldCall | undefined {
  const book = new TraceBook();
  for (const record of records) book.observe(record);
  const document = book.document(callId);
  if (document === undefined || document.messages.length === 0) return undefined;
  const explanation = book.explanation(callId);
  return explanation && { document, explanation };
}
