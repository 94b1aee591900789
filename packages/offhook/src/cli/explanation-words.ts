// What is said of calls, as a terminal shows it: the list of calls, and one call with its verdict.
import { styleText } from 'node:util';
import type {
  CallDocument,
  CallSummary,
  Explanation,
  Finding,
  Sentence,
  StreamDocument,
} from '@offhook/sip/trace';
import { shown } from './output.ts';

/** How words are shown. */
export interface WordLook {
  readonly colour: boolean;
  /** Cells of a line. */
  readonly width: number;
}

/** The four sentences, how sure they are, what else was found, and what was heard. */
export function verdictLines(
  document: CallDocument,
  explanation: Explanation,
  look: WordLook,
): readonly string[] {
  const { verdict, findings, divergences } = explanation;
  const paint = painter(look);
  const fault = verdict.finding?.severity === 'fault';
  const title =
    verdict.finding === undefined
      ? paint('green', 'No fault found')
      : paint(fault ? 'red' : 'yellow', `${verdict.finding.title}${catalogue(verdict.finding)}`);
  const others = findings.filter((finding) => finding !== verdict.finding);
  return [
    `${paint('bold', 'Verdict')}  ${title}`,
    ...told('What happened', verdict.happened, look),
    ...told('Why', verdict.why, look),
    ...told('Whose side', verdict.whose, look),
    ...told('What to do', verdict.todo, look),
    ...wrapped('How sure', certaintyText(explanation), look),
    ...(others.length === 0 ? [] : ['', paint('bold', 'Also found')]),
    ...others.flatMap((finding) =>
      told(
        finding.severity === 'fault' ? `Fault${catalogue(finding)}` : 'Remark',
        { ...finding.happened, text: `${finding.title}. ${finding.happened.text}` },
        look,
      ),
    ),
    ...(document.streams.length === 0 ? [] : ['', paint('bold', 'Media')]),
    ...streamLines(document.streams, document.parties),
    ...(divergences.length === 0
      ? []
      : ['', paint('bold', 'Where Offhook would have done otherwise')]),
    ...divergences.flatMap(({ party, theirs, ours, frame, section }) =>
      told(
        partyName(document, party),
        { text: `${theirs}; Offhook ${ours} (${section})`, frames: [frame] },
        look,
      ),
    ),
  ];
}

/** A party's name, short enough for the margin. */
function partyName({ parties }: CallDocument, id: number): string {
  const party = parties.find((one) => one.id === id);
  return shown(party?.name ?? party?.addresses[0] ?? 'somebody').slice(0, 13);
}

/** RTP streams, a line each, by the names of the parties that they belong to. */
export function streamLines(
  streams: readonly StreamDocument[],
  parties: CallDocument['parties'] = [],
): readonly string[] {
  return streams.map((stream) => `  ${streamText(stream, parties)}`);
}

/** Every departure from the RFCs, a line each. */
export function lintLines(explanation: Explanation, look: WordLook): readonly string[] {
  const { lint } = explanation;
  if (lint.length === 0) return ['No departure from the RFCs found.'];
  const paint = painter(look);
  return lint.map(({ frame, strength, text, section }) => {
    const tone = strength === 'MUST' ? 'red' : strength === 'SHOULD' ? 'yellow' : 'dim';
    return `frame ${String(frame).padStart(5)}  ${paint(tone, strength.padEnd(6))}  ${shown(text)} (${section})`;
  });
}

/** The calls of a capture, a line each. */
export function callLines(calls: readonly CallSummary[], look: WordLook): readonly string[] {
  const paint = painter(look);
  const [first] = calls;
  return calls.map((call, index) => {
    const at = ((call.startedAt - (first?.startedAt ?? 0)) / 1000).toFixed(1);
    const fault = call.rules[0];
    const mark = fault === undefined ? paint('green', 'ok') : paint('red', fault);
    return [
      String(index + 1).padStart(4),
      `${at} s`.padStart(10),
      call.method.slice(0, 9).padEnd(9),
      `${shown(bare(call.from))} → ${shown(bare(call.to))}`.padEnd(44),
      `${call.messages} messages${call.resent === 0 ? '' : `, ${call.resent} again`}`.padEnd(24),
      `${shown(call.outcome)}  ${mark}`,
    ].join('  ');
  });
}

function told(name: string, { text, frames }: Sentence, look: WordLook): readonly string[] {
  const few = frames.slice(0, 6).join(', ');
  const more = frames.length > 6 ? ', …' : '';
  const cited =
    frames.length === 0 ? '' : ` [${frames.length === 1 ? 'frame' : 'frames'} ${few}${more}]`;
  return wrapped(name, `${text}${cited}`, look);
}

function wrapped(name: string, text: string, look: WordLook): readonly string[] {
  const margin = 17;
  const room = Math.max(40, look.width - margin);
  const lines: string[] = [];
  let line = '';
  for (const word of shown(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  const paint = painter(look);
  return lines.map((one, index) =>
    index === 0
      ? `  ${paint('dim', name.padEnd(margin - 3))} ${one}`
      : `${' '.repeat(margin)}${one}`,
  );
}

function certaintyText({ verdict }: Explanation): string {
  switch (verdict.certainty) {
    case 'recorded':
      return 'Recorded inside our own endpoints.';
    case 'inferred':
      return 'Inferred from what the capture shows.';
    case 'cannot tell from here':
      return `Cannot be told from here.${verdict.wanted === undefined ? '' : ` To know more: ${verdict.wanted}`}`;
  }
}

function catalogue({ fault }: Finding): string {
  return fault === undefined ? '' : ` (fault ${fault} of 36)`;
}

function streamText(stream: StreamDocument, parties: CallDocument['parties']): string {
  const name = (id: number | undefined, host: string, port: number): string =>
    shown(parties.find((party) => party.id === id)?.name ?? `${host}:${port}`);
  const { source, destination, packets, lost, maxJitter, mos, codec, encrypted } = stream;
  const from = name(stream.sender, source.host, source.port);
  const to = name(stream.receiver, destination.host, destination.port);
  // Packets that came twice make the loss negative by RFC 3550 appendix A.3.
  const missing = Math.max(0, lost);
  const share = missing > 0 ? ` (${((missing / stream.expected) * 100).toFixed(1)} %)` : '';
  const doubled = stream.duplicated > 0 ? `, ${stream.duplicated} twice` : '';
  // Without its clock rate nothing is known of jitter.
  const jitter =
    stream.clockRate === undefined ? '' : `, jitter at most ${maxJitter.toFixed(1)} ms`;
  return (
    `${from} → ${to}: ${encrypted ? 'SRTP ' : ''}${codec ?? 'RTP'}, ${packets} packets, ${missing} lost${share}` +
    `${doubled}${jitter}${mos === undefined ? '' : `, MOS ${mos.toFixed(1)}`}`
  );
}

function bare(uri: string): string {
  return uri.replace(/^sips?:/, '').slice(0, 40);
}

type Tone = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

function painter({ colour }: WordLook): (tone: Tone, text: string) => string {
  return (tone, text) => (colour ? styleText(tone, text, { validateStream: false }) : text);
}
