// What is said of a call: findings of all rules, the verdict, departures from the RFCs, and the story in plain words.
import type { CallDocument } from '../document/document.ts';
import type { Explanation, Finding, Judgement, Sentence } from './explanation.ts';
import { divergences } from '../replay/diverge.ts';
import { CallFacts } from './facts.ts';
import { lintCall } from './lint/lint-call.ts';
import { rules } from './rules.ts';
import { storyOf } from './story.ts';
import { verdictOf } from './verdict.ts';

/**
 * Explains one call. Deterministic, and it never throws, whatever the messages hold.
 *
 * ```ts
 * const { verdict, findings } = explain(document);
 * console.log(verdict.happened.text, verdict.happened.frames);
 * ```
 */
export function explain(document: CallDocument): Explanation {
  const facts = new CallFacts(document);
  const judgement = judge(document, facts);
  return {
    ...judgement,
    lint: lintCall(facts),
    story: storyOf(facts, judgement.findings),
    divergences: divergences(document, facts),
  };
}

/** Only what went wrong, which is what a list of calls tells: half the work of explaining. */
export function judge(
  document: CallDocument,
  facts: CallFacts = new CallFacts(document),
): Judgement {
  const findings = rules
    .flatMap((rule) => rule(facts))
    .map((finding) => proven(finding, facts))
    .toSorted(byWeight);
  return { verdict: verdictOf(facts, findings), findings };
}

// A fault is told before any remark.
function byWeight(a: Finding, b: Finding): number {
  if (a.severity !== b.severity) return a.severity === 'fault' ? -1 : 1;
  return b.weight - a.weight || (a.fault ?? 99) - (b.fault ?? 99);
}

// A sentence that cites nothing of its own rests on the messages that its finding is about.
function proven(finding: Finding, facts: CallFacts): Finding {
  const { happened, why, whose, todo, about } = finding;
  const own = (about.messages ?? []).flatMap((number) => facts.message(number)?.frame ?? []);
  const others = [happened, why, whose, todo].flatMap(({ frames }) => frames);
  const frames = own.length > 0 ? own : others;
  const whole = (sentence: Sentence): Sentence =>
    sentence.frames.length > 0 ? sentence : { text: sentence.text, frames: frames.slice(0, 1) };
  return {
    ...finding,
    happened: whole(happened),
    why: whole(why),
    whose: whole(whose),
    todo: whole(todo),
  };
}
