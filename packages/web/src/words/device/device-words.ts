// What the screen of devices says: its columns, what became of a device, and how long its answers take.

/** All that the screen of devices says in one language. */
export interface DeviceWords {
  readonly title: string;
  readonly search: string;
  readonly nothingYet: string;
  readonly nothingFound: string;
  readonly asking: string;
  readonly columns: Readonly<Record<DeviceColumn, string>>;
  /** What became of it, as its log says it. */
  readonly events: Readonly<
    Record<'registered' | 'refreshed' | 'expired' | 'removed' | 'closed', string>
  >;
  /** How it stands, in a word. */
  readonly standings: Readonly<Record<'registered' | 'expired' | 'removed' | 'closed', string>>;
  readonly faults: Readonly<Record<'not reached' | 'not allowed' | 'not there', string>>;
  readonly facts: Readonly<Record<DeviceFact, string>>;
  readonly log: string;
  readonly latency: string;
  readonly notMeasured: string;
  /** What the figures below the graph are. */
  readonly figures: Readonly<Record<'last' | 'least' | 'mean' | 'most', string>>;
  /** A link or an address asks for a device that is not known. */
  readonly gone: string;
  readonly close: string;
  readonly unnamed: string;
  readonly count: (shown: number, all: number) => string;
  readonly callsOf: (user: string) => string;
  /** An entry that stands for several. */
  readonly times: (count: number) => string;
  readonly until: (time: string) => string;
  readonly graph: (least: string, most: string, count: number) => string;
}

/** The columns of the list. */
export type DeviceColumn =
  | 'state'
  | 'user'
  | 'device'
  | 'address'
  | 'transport'
  | 'latency'
  | 'heard';

/** What is told of one device besides. */
export type DeviceFact = 'aor' | 'contact' | 'instance' | 'address' | 'transport' | 'good until';
