// What is said about a call: findings, the verdict of four sentences, and departures from the RFCs.

/** How sure a sentence is: from records made inside an endpoint, by matching what a capture shows, or not to be known from here. */
export type Certainty = 'recorded' | 'inferred' | 'cannot tell from here';

/** A sentence with the frames that prove it; there is at least one. */
export interface Sentence {
  readonly text: string;
  readonly frames: readonly number[];
}

/** Something that one rule found in a call. */
export interface Finding {
  /** The rule's name, such as `no-answer`: that of the fault, where it is one of the catalogue. */
  readonly rule: string;
  /** Its number in the catalogue of faults, 1 to 36; undefined for what is not in it. */
  readonly fault: number | undefined;
  /** `fault`: the call or a part of it failed by it; `remark`: worth knowing, nobody suffered. */
  readonly severity: 'fault' | 'remark';
  /** A few words, such as `No answer to INVITE`. */
  readonly title: string;
  readonly happened: Sentence;
  readonly why: Sentence;
  readonly whose: Sentence;
  readonly todo: Sentence;
  /** Id of the party at fault, when it is one. */
  readonly party: number | undefined;
  readonly certainty: Certainty;
  /** What to capture to know more; only with `cannot tell from here`. */
  readonly wanted: string | undefined;
  /** Such as `RFC 3261 §17.1.1.2`. */
  readonly section: string;
  /** What it is about: numbers of messages, transactions, dialogs, sessions; ids of streams. */
  readonly about: {
    readonly messages?: readonly number[];
    readonly transactions?: readonly number[];
    readonly dialogs?: readonly number[];
    readonly sessions?: readonly number[];
    readonly streams?: readonly number[];
  };
  /** How much of the call it explains: the verdict tells the weightiest fault. 0 to 100. */
  readonly weight: number;
}

/** A departure from an RFC in one message. */
export interface LintRemark {
  readonly rule: string;
  /** Number of the message. */
  readonly message: number;
  readonly frame: number;
  readonly strength: 'MUST' | 'SHOULD' | 'advice';
  readonly text: string;
  readonly section: string;
}

/** The four sentences about a call. */
export interface Verdict {
  readonly happened: Sentence;
  readonly why: Sentence;
  readonly whose: Sentence;
  readonly todo: Sentence;
  readonly certainty: Certainty;
  readonly wanted: string | undefined;
  /** The finding that it tells; undefined for a healthy call. */
  readonly finding: Finding | undefined;
}

/** Where our own stack would have done otherwise than a foreign one. */
export interface Divergence {
  readonly party: number;
  /** The message that differs, or after which one is missing. */
  readonly message: number;
  readonly frame: number;
  readonly theirs: string;
  readonly ours: string;
  readonly section: string;
}

/** What went wrong in a call. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The weightiest first. */
  readonly findings: readonly Finding[];
}

/** All that is said about a call. */
export interface Explanation extends Judgement {
  readonly lint: readonly LintRemark[];
  /** Five lines at most that tell the call to somebody who knows nothing of SIP. */
  readonly story: readonly Sentence[];
  readonly divergences: readonly Divergence[];
}
