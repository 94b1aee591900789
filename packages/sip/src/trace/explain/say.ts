// The words of findings: sentences with their proofs, times and lists.
import type { Sentence } from './explanation.ts';
import { harmless } from './show.ts';

/** What a sentence may cite: a message, a step, a note, a gap. */
export interface Proof {
  readonly frame: number;
}

/** How many frames one sentence cites at most: the first of them. */
const mostFrames = 24;

/** A sentence with what proves it; what is undefined, or has no frame, is left out. */
export function say(
  text: string,
  ...proofs: readonly (Proof | readonly (Proof | undefined)[] | undefined)[]
): Sentence {
  const frames = new Set<number>();
  for (const proof of proofs.flat())
    if (proof !== undefined && proof.frame > 0) frames.add(proof.frame);
  return { text, frames: [...frames].toSorted((a, b) => a - b).slice(0, mostFrames) };
}

/** A length of time: `400 ms`, `2.1 s`, `54 s`, `5 min 20 s`. */
export function time(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  if (whole < 1000) return `${whole} ms`;
  if (whole < 120_000) return `${Number((whole / 1000).toFixed(1))} s`;
  const minutes = Math.floor(whole / 60_000);
  const rest = Math.round((whole - minutes * 60_000) / 1000);
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** `after 2.1 s`, `at once`. */
export function after(milliseconds: number): string {
  return milliseconds < 1 ? 'at once' : `after ${time(milliseconds)}`;
}

/** `1 message`, `3 messages`, `no message`. */
export function count(number: number, noun: string, many = `${noun}s`): string {
  return `${number === 0 ? 'no' : number} ${number === 1 || number === 0 ? noun : many}`;
}

/** `once`, `twice`, `7 times`. */
export function times(number: number): string {
  return number === 1 ? 'once' : number === 2 ? 'twice' : `${number} times`;
}

/** `PCMU`, `PCMU and PCMA`, `PCMU, PCMA and opus`; `nothing` for an empty list. */
export function listed(words: readonly string[], empty = 'nothing'): string {
  const last = words.at(-1);
  if (last === undefined) return empty;
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** Text from the network as a sentence may hold it: one line, harmless, at most 80 characters. */
export function quoted(text: string): string {
  const shown = harmless(text, true);
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}
