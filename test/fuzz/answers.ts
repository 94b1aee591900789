// What an endpoint may say, read from its own records: each answer well formed, and to one request no more than it may get.
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import type { MessageObserved, Observation } from '../../packages/sip/src/base/tap.ts';
import { parseMessage } from '../../packages/sip/src/message/index.ts';

/** How often a final response is sent at most: first and by Timer G or the repeats of a 2xx (RFC 3261 §13.3.1.4, §17.2.1). */
const finalsSent = 12;

/** Throws when anything that `endpoint` sent breaks the rules; `stateless` is how many answers had no transaction. */
export function checkSent(observations: readonly Observation[], stateless: number): void {
  const messages = observations.filter((one) => one.kind === 'message');
  const sent = messages.filter(({ direction }) => direction === 'out');
  for (const { text } of sent) checkWellFormed(text);
  const answers = sent.filter(({ text }) => text.startsWith('SIP/2.0 '));
  const without = answers.filter(({ transaction }) => transaction === undefined);
  if (without.length > stateless)
    throw new Error(`${without.length} answers without a transaction where ${stateless} may be`);
  for (const [id, all] of byTransaction(observations)) {
    const requests = all.filter(({ direction }) => direction === 'in');
    checkAnswers(
      id,
      all.filter(({ direction }) => direction === 'out'),
      requests.length,
    );
  }
}

// A peer may use a branch again once its transaction is over; that is another transaction with the same id.
function byTransaction(
  observations: readonly Observation[],
): ReadonlyMap<string, readonly MessageObserved[]> {
  const births = new Map<string, number>();
  const found = new Map<string, MessageObserved[]>();
  for (const one of observations) {
    if (one.kind === 'transaction' && one.before === undefined) {
      const id = `${one.endpoint} ${one.id}`;
      births.set(id, (births.get(id) ?? 0) + 1);
    }
    if (one.kind !== 'message' || one.transaction === undefined) continue;
    if (one.direction === 'in' ? one.text.startsWith('SIP/') : !one.text.startsWith('SIP/'))
      continue;
    const id = `${one.endpoint} ${one.transaction}`;
    const nth = `${id} ${births.get(id) ?? 0}`;
    found.set(nth, [...(found.get(nth) ?? []), one]);
  }
  return found;
}

// A proxy may forward more than one 2xx (RFC 3261 §16.7 item 5); then the To tags differ.
function checkAnswers(id: string, answers: readonly MessageObserved[], requests: number): void {
  const statuses = answers.map(({ text }) => Number(text.slice(8, 11)));
  const firstFinal = statuses.findIndex((status) => status >= 200);
  if (firstFinal >= 0 && statuses.slice(firstFinal).some((status) => status < 200))
    throw new Error(`${id}: a provisional response follows the final one: ${statuses.join()}`);
  const finals = new Set(answers.flatMap(({ text }) => (isFinal(text) ? [text] : [])));
  const refusals = [...finals].filter((text) => Number(text.slice(8, 11)) >= 300);
  if (refusals.length > 1 || (refusals.length === 1 && finals.size > 1))
    throw new Error(`${id}: ${finals.size} final responses:\n${[...finals].join('\n')}`);
  const provisionals = statuses.filter((status) => status < 200).length;
  const most = provisionals + requests + finalsSent * Math.max(1, finals.size);
  if (answers.length > most || (requests === 0 && answers.length > 0))
    throw new Error(`${id}: ${answers.length} answers to ${requests} requests: ${statuses.join()}`);
}

function isFinal(text: string): boolean {
  return Number(text.slice(8, 11)) >= 200;
}

// The refusal of a malformed request gives its headers back as they came, and these may be all that is wrong with it. A
// proxy adds its own to a request that had all it may have; whoever gets it says so.
function checkWellFormed(text: string): void {
  const read = parseMessage(latin1Bytes(text));
  if (read.ok || read.error.code === 'SIP_TOO_LARGE') return;
  if (read.error.code !== 'SIP_PARSE' && /^SIP\/2\.0 [45]/.test(text)) return;
  throw new Error(`We sent what cannot be read: ${read.error.text}\n${text}`);
}
