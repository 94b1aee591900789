// What the guided call says: its buttons, and what there is to see after each.

/** All that the guided call says in one language. */
export interface ArticleWords {
  readonly title: string;
  /** One sentence below the title. */
  readonly lead: string;
  readonly verbs: Readonly<Record<ArticleVerbWord, string>>;
  /** What to look at once it was pressed. */
  readonly look: Readonly<Record<ArticleVerbWord, string>>;
  /** Before anything was pressed. */
  readonly begin: string;
  readonly chaos: string;
  readonly messageLoss: string;
  readonly mediaLoss: string;
  readonly mediaJitter: string;
  readonly phases: Readonly<Record<'idle' | 'calling' | 'talking' | 'held', string>>;
  readonly cut: string;
  readonly trouble: (said: string) => string;
  readonly lost: string;
  readonly percent: (share: number) => string;
  readonly milliseconds: (count: number) => string;
}

/** What can be pressed. */
export type ArticleVerbWord =
  | 'call'
  | 'lose'
  | 'fork'
  | 'hold'
  | 'resume'
  | 'break hold'
  | 'hang up'
  | 'calm'
  | 'rebind'
  | 'kill';
