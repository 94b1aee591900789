// What a rule gives: a finding from its parts, with what is usual filled in.
import type { Certainty, Finding, Sentence } from './explanation.ts';
import type { CallFacts } from './facts.ts';

/** One rule: what it finds in a call, nothing in a healthy one. */
export type Rule = (facts: CallFacts) => readonly Finding[];

/** The parts of a finding that each rule has to say. */
export interface FindingParts {
  readonly rule: string;
  readonly fault?: number | undefined;
  readonly title: string;
  readonly happened: Sentence;
  readonly why: Sentence;
  readonly whose: Sentence;
  readonly todo: Sentence;
  readonly party?: number | undefined;
  readonly certainty: Certainty;
  readonly wanted?: string | undefined;
  readonly section: string;
  readonly about: Finding['about'];
  readonly weight: number;
}

/** Something by which the call or a part of it failed. */
export function fault(parts: FindingParts): Finding {
  return found('fault', parts);
}

/** Something worth knowing by which nobody suffered. */
export function remark(parts: FindingParts): Finding {
  return found('remark', parts);
}

function found(severity: Finding['severity'], parts: FindingParts): Finding {
  const { fault: number, party, wanted, ...rest } = parts;
  return { ...rest, severity, fault: number, party, wanted };
}
