// A call without the legs that back-to-back user agents made of it: what its own Call-ID has, and nothing else.
import type { CallDocument } from '@offhook/sip/trace';
import type { ToldCall } from './ask.ts';

/** The same call, its first leg alone; sentences that only cite frames of other legs are left out with them. */
export function firstLegOf({ document, explanation }: ToldCall): ToldCall {
  const isOwn = ({ leg }: { readonly leg?: number | undefined }): boolean =>
    leg === undefined || leg === 1;
  const messages = document.messages.filter(isOwn);
  const parties = new Set(messages.flatMap(({ from, to }) => [from, to]));
  const numbers = new Set(messages.map(({ number }) => number));
  const negotiations = document.negotiations.filter(isOwn);
  const own: CallDocument = {
    ...document,
    legs: document.legs.slice(0, 1),
    parties: document.parties.filter(({ id }) => parties.has(id)),
    messages,
    steps: document.steps.filter((step) => isOwn(step) && parties.has(step.party)),
    transactions: document.transactions.filter(isOwn),
    dialogs: document.dialogs.filter(isOwn),
    sessions: document.sessions.filter(isOwn),
    negotiations,
    streams: document.streams.filter(isOwn),
    reports: document.reports.filter(({ party }) => parties.has(party)),
    notes: document.notes.filter(isOwn),
  };
  const lint = explanation.lint.filter(({ message }) => numbers.has(message));
  return { document: own, explanation: { ...explanation, lint } };
}
