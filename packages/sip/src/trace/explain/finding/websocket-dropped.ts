// Fault 28: the WebSocket of a call closes before the call is over (RFC 7118 §6, RFC 6455 §7.1.5).
import type { NoteDocument } from '../../document/document.ts';
import { hostKey } from '../../stream/place.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenDialog } from '../seen-dialog.ts';
import type { SeenMessage } from '../seen-message.ts';
import { say, time } from '../say.ts';

/** A WebSocket drops while a dialog goes over it. */
export const websocketDropped: Rule = (facts) => {
  const drops = facts.document.notes.filter(
    ({ topic, event, text }) =>
      topic === 'flow' && (event === 'closed' || event === 'failed') && /^WSS?\b/.test(text),
  );
  const seen = new Set<string>();
  return drops.flatMap((note) => {
    const key = [note.source, note.destination]
      .map((end) => `${end?.host ?? ''}:${end?.port ?? ''}`)
      .toSorted()
      .join(' ');
    if (seen.has(key)) return [];
    seen.add(key);
    return judge(facts, note);
  });
};

function judge(facts: CallFacts, note: NoteDocument): readonly Finding[] {
  for (const dialog of facts.dialogs) {
    const before = dialog.messages.filter(
      (message) => isOn(message, note) && message.at <= note.at,
    );
    const last = before.at(-1);
    const answer = dialog.messages.find(
      ({ method, status = 0 }) => method === 'INVITE' && status >= 200 && status < 300,
    );
    const bye = dialog.messages.find(({ method }) => method === 'BYE');
    if (last === undefined || answer === undefined || answer.at > note.at) continue;
    if (bye !== undefined && bye.at <= note.at) continue;
    return [findingOf(facts, note, { dialog, last, bye })];
  }
  return [];
}

interface Dropped {
  readonly dialog: SeenDialog;
  readonly last: SeenMessage;
  readonly bye: SeenMessage | undefined;
}

function findingOf(facts: CallFacts, note: NoteDocument, { dialog, last, bye }: Dropped): Finding {
  const { from, to } = last.row;
  // The one at the page's end connects, so its address has no fixed port; the other one listens.
  const phone = facts.party(from)?.observed === facts.party(to)?.observed ? clientOf(last) : from;
  const parties = [from, to];
  const again = dialog.messages.find(
    (message) =>
      message.at > note.at &&
      !isOn(message, note) &&
      (parties.includes(message.row.from) || parties.includes(message.row.to)) &&
      /^WSS?$/i.test(message.row.protocol),
  );
  const make = again === undefined ? fault : remark;
  const who = facts.name(phone);
  const after =
    bye === undefined ? 'no BYE was ever seen' : `its BYE came ${time(bye.at - note.at)} later`;
  return make({
    rule: 'websocket-dropped',
    fault: again === undefined ? 28 : undefined,
    title: 'WebSocket dropped in the call',
    happened: say(
      again === undefined
        ? `The WebSocket of ${who} went away while the call was on; ${after}.`
        : `The WebSocket of ${who} went away while the call was on, and after ${time(again.at - note.at)} it was back: the call went on.`,
      note,
      again,
      bye,
    ),
    why: say(`The connection ended before the call: ${note.text}.`, note, last),
    whose: say(
      `The side of ${who}, or the network and the proxies between it and its server.`,
      note,
    ),
    todo: say(
      `Look at what closes the connection: the page, an idle time-out of a proxy in between, or the network; keep-alives (RFC 5626) hold it open.`,
      note,
    ),
    party: phone,
    certainty: facts.certainty(from, to),
    section: 'RFC 7118 §6',
    about: { messages: [last.number], dialogs: [dialog.number] },
    weight: again === undefined ? 74 : 20,
  });
}

function clientOf({ row }: SeenMessage): number {
  const wellKnown = row.destination.port < row.source.port;
  return wellKnown ? row.from : row.to;
}

function isOn({ row }: SeenMessage, { source, destination }: NoteDocument): boolean {
  if (source === undefined || destination === undefined) return false;
  const ends = [row.source, row.destination].map(({ host, port }) => `${hostKey(host)} ${port}`);
  return [source, destination].every(({ host, port }) => ends.includes(`${hostKey(host)} ${port}`));
}
