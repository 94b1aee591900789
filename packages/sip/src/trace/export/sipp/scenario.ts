// The XML of a scenario: what the party sends and waits for, in its order and at its pace.
import type { CallFacts } from '../../explain/facts.ts';
import type { SeenMessage } from '../../explain/seen-message.ts';
import { messageLines } from './message.ts';
import type { Play } from './play.ts';
import { attribute } from './text.ts';

/** A pause between messages below this is the network's, and above the other no test waits for. */
const pauses = { least: 30, most: 200_000 } as const;

/** The scenario; `until` is when the call was looked at last. */
export function scenarioOf(play: Play, facts: CallFacts, name: string, until: number): string {
  const { messages, party } = play;
  const variables = new Set<string>();
  const steps: string[] = [];
  let last = messages[0]?.at ?? 0;
  for (const [index, seen] of messages.entries()) {
    const sends = seen.row.from === party;
    const gap = Math.round(seen.at - last);
    last = seen.at;
    if (sends) {
      if (index > 0 && gap >= pauses.least)
        steps.push(`  <pause milliseconds="${Math.min(gap, pauses.most)}"/>`);
      steps.push(sending(seen, play, facts));
    } else {
      steps.push(...ringing(seen, messages[index - 1]));
      steps.push(receiving(seen, messages[index + 1], play, variables));
    }
  }
  // What the party never did is seen only when the other side had its time.
  const silence = Math.round(until - last);
  if (silence >= pauses.least)
    steps.push(`  <pause milliseconds="${Math.min(silence, pauses.most)}"/>`);
  const used = [...variables].join(',');
  return [
    '<?xml version="1.0" encoding="ISO-8859-1" ?>',
    '<!DOCTYPE scenario SYSTEM "sipp.dtd">',
    `<scenario name="${attribute(name)}">`,
    ...steps,
    ...(used === '' ? [] : [`  <Reference variables="${used}"/>`]),
    '</scenario>',
    '',
  ].join('\n');
}

function sending(seen: SeenMessage, play: Play, facts: CallFacts): string {
  const repeats = play.repeats(seen) ? ' retrans="500"' : '';
  return [
    `  <send${repeats}>`,
    '    <![CDATA[',
    ...messageLines(seen, play, facts),
    '    ]]>',
    '  </send>',
  ].join('\n');
}

/** Another peer may ring where this one did not. */
function ringing(seen: SeenMessage, before: SeenMessage | undefined): readonly string[] {
  const { status = 0, method, row } = seen;
  if (method !== 'INVITE' || status < 200 || row.resend > 0) return [];
  if (before?.status !== undefined && before.status > 100) return [];
  const missing = before?.status === 100 ? [180, 183] : [100, 180, 183];
  return missing.map((one) => `  <recv response="${one}" optional="true"/>`);
}

function receiving(
  seen: SeenMessage,
  next: SeenMessage | undefined,
  play: Play,
  variables: Set<string>,
): string {
  const { status, method, message } = seen;
  const actions: string[] = [];
  const keep = (header: string, variable: string): void => {
    variables.add(variable);
    actions.push(
      `      <ereg regexp=".*" search_in="hdr" header="${header}:" assign_to="${variable}"/>`,
    );
  };
  if (status === undefined) {
    const stored = play.stored(seen.number);
    for (const header of stored === undefined ? [] : ['Via', 'From', 'To', 'CSeq'])
      keep(header, `${stored}${header.toLowerCase()}`);
    if (method === 'INVITE' && !play.begins && !variables.has('peer')) keep('From', 'peer');
  } else if ((message?.rows('RSeq').length ?? 0) > 0) keep('RSeq', 'rseq');
  // SIPp takes an optional message only before another one that it waits for.
  const isOptional =
    status !== undefined && status < 200 && next !== undefined && next.row.from !== play.party;
  const flags = [
    status === undefined ? `request="${attribute(method)}"` : `response="${status}"`,
    ...(isOptional ? ['optional="true"'] : []),
    ...(status === 401 || status === 407 ? ['auth="true"'] : []),
    ...(leads(seen) ? ['rrs="true"'] : []),
  ].join(' ');
  if (actions.length === 0) return `  <recv ${flags}/>`;
  return [`  <recv ${flags}>`, '    <action>', ...actions, '    </action>', '  </recv>'].join('\n');
}

/** Whether it says where later requests go. */
function leads({ message, status = 200 }: SeenMessage): boolean {
  return status < 300 && (message?.rows('Contact').length ?? 0) > 0;
}
