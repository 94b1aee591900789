// A call as plain text for a mail or a ticket: the verdict, then the ladder as everywhere.
import type { CallDocument } from '../document/document.ts';
import type { Explanation, Sentence, Verdict } from '../explain/explanation.ts';
import { ladder } from '../explain/ladder.ts';
import { harmless, wrap } from '../explain/show.ts';
import { observationsOf } from './observations.ts';

/** The four questions that a verdict answers, in their order. */
export const questions: readonly (readonly [
  keyof Verdict & ('happened' | 'why' | 'whose' | 'todo'),
  string,
])[] = [
  ['happened', 'What happened'],
  ['why', 'Why'],
  ['whose', 'Whose doing'],
  ['todo', 'What to do'],
];

/** How a text looks. */
export interface TextOptions {
  /** Cells of a line; 120 unless said. */
  readonly width?: number;
  /** Box drawing characters; true unless said. */
  readonly unicode?: boolean;
}

/** The verdict with its frames, other findings, and the ladder. */
export function toText(
  document: CallDocument,
  { verdict, findings, divergences }: Explanation,
  { width = 120, unicode = true }: TextOptions = {},
): string {
  const line = (name: string, sentence: Sentence): readonly string[] =>
    wrap(`${name}: ${harmless(sentence.text, unicode)} ${framesText(sentence)}`, width, '');
  const others = findings.filter((finding) => finding !== verdict.finding);
  const { observations, frames } = observationsOf(document);
  return [
    ...questions.flatMap(([key, name]) => line(name, verdict[key])),
    `Certainty: ${verdict.certainty}`,
    ...(verdict.wanted === undefined ? [] : wrap(`To know more: ${verdict.wanted}`, width, '')),
    ...others.flatMap(({ title, happened }) => line(`Also, ${harmless(title, unicode)}`, happened)),
    ...divergences.flatMap(({ theirs, ours, frame }) =>
      line('Our stack differs', { text: `theirs ${theirs}; ours ${ours}`, frames: [frame] }),
    ),
    ...document.missing.map((text) => `Missing: ${harmless(text, unicode)}`),
    '',
    ladder(observations, { width, unicode, frames, call: 1 }),
  ].join('\n');
}

/** `(frames 3, 7-9)`; of steps that no frame holds nothing. */
export function framesText({ frames }: Sentence): string {
  const held = frames.filter((frame) => frame > 0);
  if (held.length === 0) return '';
  const ranges: { readonly from: number; to: number }[] = [];
  for (const frame of held) {
    const last = ranges.at(-1);
    if (last !== undefined && frame === last.to + 1) last.to = frame;
    else ranges.push({ from: frame, to: frame });
  }
  const shown = ranges.map(({ from, to }) => {
    if (from === to) return String(from);
    return to === from + 1 ? `${from}, ${to}` : `${from}-${to}`;
  });
  return `(${held.length === 1 ? 'frame' : 'frames'} ${shown.join(', ')})`;
}
