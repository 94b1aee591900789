// What the viewer says, as one typed object a language: labels of its lists and buttons, and its few sentences with gaps.
import type { WritingDirection } from '../words.ts';

/** All that the viewer says in one language; what is said of a fault stands in `FaultWords`. */
export interface TraceWords {
  /** BCP 47. */
  readonly language: string;
  readonly direction: WritingDirection;
  readonly labels: Readonly<Record<TraceLabel, string>>;
  readonly columns: Readonly<Record<ColumnWord, string>>;
  readonly standings: Readonly<Record<StandingWord, string>>;
  readonly keys: Readonly<Record<KeyWord, string>>;
  /** What a call can be saved as: its name, and what it is for. */
  readonly saves: Readonly<Record<SaveWord, readonly [name: string, use: string]>>;
  readonly sentences: TraceSentences;
}

/** The kinds of files that a call can be saved as. */
export type SaveWord = 'html' | 'text' | 'pcap' | 'sipp' | 'mermaid' | 'json' | 'hep' | 'tap';

/** Sentences with gaps. */
export interface TraceSentences {
  readonly calls: (shown: number, all: number) => string;
  readonly reading: (name: string, percent: number, frames: number) => string;
  readonly failedCalls: (count: number) => string;
  readonly marked: (count: number) => string;
  readonly damaged: (name: string) => string;
  /** Some calls were not kept; none of them whole where it is 0. */
  readonly untraced: (calls: number) => string;
  readonly noCalls: (name: string) => string;
  /** An address names a call of a file that is not open. */
  readonly awaitedFile: (name: string) => string;
  readonly sourceFault: Readonly<
    Record<'not reached' | 'not allowed' | 'not there' | 'not given', string>
  >;
  readonly fault: (number: number) => string;
  readonly stream: (codec: string, from: string, to: string) => string;
  /** Files came beside an open capture. */
  readonly filesBeside: (names: string, open: string) => string;
  readonly filesTogether: (count: number) => string;
  readonly keysUsed: (names: string) => string;
  readonly duration: (seconds: string) => string;
  readonly callTo: (method: string, to: string) => string;
}

/** The columns of the list. */
export type ColumnWord =
  | 'time'
  | 'method'
  | 'from'
  | 'to'
  | 'messages'
  | 'source'
  | 'destination'
  | 'duration'
  | 'state'
  | 'verdict';

/** How a call stands. */
export type StandingWord =
  | 'calling'
  | 'in call'
  | 'completed'
  | 'cancelled'
  | 'refused'
  | 'no answer'
  | 'done';

/** What a key does. */
export type KeyWord =
  | 'up'
  | 'down'
  | 'page up'
  | 'page down'
  | 'first'
  | 'last'
  | 'open'
  | 'mark'
  | 'extended'
  | 'raw'
  | 'search'
  | 'filter'
  | 'sdp'
  | 'colours'
  | 'pause'
  | 'autoscroll'
  | 'sort left'
  | 'sort right'
  | 'reverse'
  | 'statistics'
  | 'save'
  | 'help'
  | 'back'
  | 'view'
  | 'previous call'
  | 'next call'
  | 'clear marks'
  | 'only failed'
  | 'devices';

/** Labels of buttons, fields and headings. */
export type TraceLabel =
  | 'title'
  | 'open capture'
  | 'drop here'
  | 'drop hint'
  | 'stays here'
  | 'formats'
  | 'sources'
  | 'live'
  | 'stored'
  | 'lab'
  | 'phone'
  | 'close source'
  | 'calls'
  | 'search'
  | 'filter'
  | 'clear filter'
  | 'only failed'
  | 'number'
  | 'address'
  | 'call id'
  | 'status'
  | 'fault'
  | 'since'
  | 'until'
  | 'any'
  | 'nothing found'
  | 'nothing yet'
  | 'pause'
  | 'go on'
  | 'autoscroll'
  | 'statistics'
  | 'help'
  | 'save'
  | 'more calls'
  | 'back'
  | 'close'
  | 'previous call'
  | 'next call'
  | 'view'
  | 'plain'
  | 'engineer'
  | 'teacher'
  | 'raw'
  | 'all legs'
  | 'colours'
  | 'asking'
  | 'call gone'
  | 'compare'
  | 'open call'
  | 'copy link'
  | 'listen'
  | 'stop'
  | 'not audible'
  | 'redact numbers'
  | 'redact addresses'
  | 'secrets never'
  | 'total'
  | 'failed'
  | 'messages'
  | 'resent'
  | 'packets'
  | 'lost packets'
  | 'mean duration'
  | 'answered share'
  | 'by method'
  | 'by state'
  | 'by status'
  | 'by fault'
  | 'what happened'
  | 'add to this'
  | 'open apart'
  | 'keep apart'
  | 'leave files'
  | 'told in english'
  | 'in english';
