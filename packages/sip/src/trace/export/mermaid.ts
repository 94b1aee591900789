// A call as a Mermaid sequence diagram: one participant a party, one arrow a message, states as notes.
import type { CallDocument, ChangeDocument, MessageDocument } from '../document/document.ts';
import { harmless } from '../explain/show.ts';

/** A diagram beyond this is of no use to anybody. */
const mostMessages = 500;

/** The text of a `sequenceDiagram`. Everything from the network is written so that it is text to Mermaid and to HTML. */
export function toMermaid(document: CallDocument): string {
  const { parties, messages, steps } = document;
  const drawn = messages.slice(0, mostMessages);
  const seen = new Set(drawn.flatMap(({ from, to }) => [from, to]));
  const lines = parties
    .filter(({ id }) => seen.has(id))
    .map(({ id, name, addresses }) => {
      const [address] = addresses;
      const title = [name, address].filter((text) => text !== undefined).join(' ');
      return `participant p${id} as ${plain(title === '' ? `party ${id}` : title)}`;
    });
  const last = drawn.at(-1)?.at ?? 0;
  const events: { readonly at: number; readonly lines: readonly string[] }[] = [
    ...drawn.map((message) => ({ at: message.at, lines: messageLines(message) })),
    ...steps
      .filter(({ party, at }) => seen.has(party) && at <= last)
      .map(({ at, party, change }) => ({
        at,
        lines: [`Note over p${party}: ${plain(`${change.event}: ${change.after}`)}`],
      })),
  ];
  for (const event of events.toSorted((one, other) => one.at - other.at))
    lines.push(...event.lines);
  const [first] = drawn;
  if (messages.length > drawn.length && first !== undefined)
    lines.push(`Note over p${first.from}: ${messages.length - drawn.length} more messages`);
  return ['sequenceDiagram', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function messageLines(message: MessageDocument): readonly string[] {
  const { from, to, status, title, lost, resend, labels, changes } = message;
  const shaft = status === undefined ? '-' : '--';
  const head = lost ? 'x' : '>>';
  const lanes = labels.map(({ lane, number }) => `${lane}${number}`).join(' ');
  const again = resend === 0 ? '' : `, sent again (${resend})`;
  const arrow = `p${from}${shaft}${head}p${to}: ${plain(`${title}${again} ${lanes}`.trim())}`;
  return [arrow, ...[from, to].flatMap((party) => noteOf(party, changes))];
}

/** The states that a party's machines of this message are in now. */
function noteOf(party: number, changes: readonly ChangeDocument[]): readonly string[] {
  const states = new Map<string, string>();
  for (const { label, figure, before, after, stray, subject, ...change } of changes) {
    if (change.party !== party || stray || before === after || figure === undefined) continue;
    states.set(label?.lane === 'T' ? subject : figure, after);
  }
  if (states.size === 0) return [];
  const text = [...states].map(([machine, state]) => `${machine} ${state}`).join(', ');
  return [`Note over p${party}: ${plain(text)}`];
}

/** Letters and digits as they are, the rest as Mermaid's entity codes: `#35;`. */
function plain(text: string): string {
  return (
    harmless(text, true)
      .slice(0, 200)
      .replaceAll(/[^\p{L}\p{N} .,:@/()+_-]/gu, (char) => `#${char.codePointAt(0) ?? 63};`)
      // At the beginning it would be taken for an option.
      .replace(/^((?:no)?wrap):/i, '$1#58;')
      // As a word of its own it would close a block.
      .replaceAll(/\bend\b/gi, (word) => `${word.slice(0, 2)}#${word.codePointAt(2) ?? 100};`)
  );
}
