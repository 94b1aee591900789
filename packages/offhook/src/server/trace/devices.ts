// What became of each device: registered, refreshed, gone, and how long its answers take.
import type { Observation } from '@offhook/sip';
import type { Statement } from '../storage/messages.ts';
import type { Archive } from './archive.ts';
import { callIdIn } from './facts.ts';
import type { SeenMessage } from './lines.ts';
import type { DeviceEvent, DeviceLine, LoggedEvent, RoundTrips } from './messages.ts';

/** Devices that are known in memory; the others are found again when they register. */
const devicesKnown = 20_000;
/** Requests whose answers are waited for. */
const asked = 5_000;
/** Entries that are kept of a device, and shown. */
const kept = 200;
const shown = 50;
/** Entries in one answer: of many devices each has fewer. */
const entriesShown = 5_000;
/** Entries that are kept of a user, whatever his devices call themselves, and of all. */
const keptOfUser = 2_000;
const keptOfAll = 100_000;
const devicesShown = 1_000;
/** An answer that takes longer is no measure of the way. */
const longest = 32_000;
/** So many measurements of an entry are kept one by one. */
const timesKept = 64;

interface Entry {
  readonly id: number;
  readonly event: DeviceEvent;
  until: number;
  count: number;
  roundTrips: RoundTrips | undefined;
  /** True once it was given out to be written. */
  isWritten: boolean;
}

/** The log of all devices. */
export class Devices {
  readonly #archive: Archive;
  /** The last entry of each device; the one that was silent for longest comes first. */
  readonly #last = new Map<string, Entry>();
  /** Devices by the addresses that they are reached at. */
  readonly #addresses = new Map<string, Entry>();
  /** When we asked, by transaction, or by Call-ID for a challenge. */
  readonly #asked = new Map<string, number>();
  /** What was measured of an address before its device was known: a challenge is answered before it registers. */
  readonly #early = new Map<string, readonly [at: number, took: number]>();
  readonly #changed = new Set<Entry>();
  #lastId: number;

  constructor(archive: Archive) {
    this.#archive = archive;
    const [row] = archive.rows('SELECT coalesce(max(id), 0) AS id FROM device_entry', []);
    this.#lastId = Number(row?.['id'] ?? 0);
  }

  /** Notes what became of a binding; a refresh that changes nothing is one more of the refreshes before. */
  note(event: DeviceEvent): void {
    const key = keyOf(event);
    const last = this.#last.get(key);
    const isSame = last?.event.event === 'refreshed' && isAlike(last.event, event);
    this.#last.delete(key);
    if (isSame) {
      last.until = event.at;
      last.count += 1;
      this.#keep(key, last);
      return;
    }
    this.#lastId += 1;
    const first = { until: event.at, count: 1, roundTrips: undefined, isWritten: false };
    this.#keep(key, { id: this.#lastId, event, ...first });
    const address = `${event.host} ${event.port}`;
    const early = this.#early.get(address);
    if (early === undefined) return;
    this.#early.delete(address);
    this.#answered(address, ...early);
  }

  /** Takes the time of what the server asks and is answered. */
  observe(observation: Observation): void {
    if (observation.kind !== 'message' || observation.endpoint !== 'server') return;
    const { direction, at, remote } = observation;
    const question = questionOf(observation);
    if (question === undefined) return;
    if (direction === 'out') return this.#ask(question, at);
    const askedAt = this.#asked.get(question);
    if (askedAt === undefined) return;
    this.#asked.delete(question);
    this.#answered(`${remote.host} ${remote.port}`, at, at - askedAt);
  }

  /** What is to be written. */
  take(): readonly Statement[] {
    const statements = [...this.#changed].flatMap((entry) => entryRows(entry));
    for (const entry of this.#changed) entry.isWritten = true;
    this.#changed.clear();
    return statements;
  }

  /** The devices of a user, or of all; the one that was heard of last first. */
  list(user: string | undefined): readonly DeviceLine[] {
    const [counted] = this.#archive.rows(
      'SELECT count(DISTINCT device) AS devices FROM device_entry WHERE ?1 IS NULL OR user = ?1',
      [user ?? null],
    );
    const each = Math.floor(entriesShown / Math.max(1, Number(counted?.['devices'] ?? 1)));
    const places = Math.max(1, Math.min(shown, each));
    const rows = this.#archive.rows(
      `SELECT entry FROM (
         SELECT entry, until, row_number() OVER (PARTITION BY device ORDER BY id DESC) AS place,
           max(until) OVER (PARTITION BY device) AS heard
         FROM device_entry WHERE ?1 IS NULL OR user = ?1)
       WHERE place <= ?2 ORDER BY heard DESC, place LIMIT ?3`,
      [user ?? null, places, places * devicesShown],
    );
    const devices = new Map<string, LoggedEvent[]>();
    for (const row of rows) {
      // Our own words: made by `JSON.stringify` of an entry, in this file alone.
      const entry = JSON.parse(String(row['entry'])) as LoggedEvent;
      const key = keyOf(entry);
      const known = devices.get(key);
      if (known !== undefined) known.push(entry);
      else if (devices.size < devicesShown) devices.set(key, [entry]);
    }
    return [...devices.values()].flatMap((log) => lineOf(log));
  }

  #keep(key: string, entry: Entry): void {
    const { host, port } = entry.event;
    remember(this.#last, key, entry, devicesKnown);
    remember(this.#addresses, `${host} ${port}`, entry, devicesKnown);
    this.#changed.add(entry);
  }

  #ask(question: string, at: number): void {
    // A repeat asks no new question.
    if (!this.#asked.has(question)) remember(this.#asked, question, at, asked);
  }

  #answered(address: string, at: number, took: number): void {
    const entry = this.#addresses.get(address);
    if (took < 0 || took > longest) return;
    if (entry === undefined) return remember(this.#early, address, [at, took], asked);
    // A clock may count in fractions that nobody reads.
    const milliseconds = Math.round(took * 100) / 100;
    const {
      count = 0,
      mean = 0,
      least = milliseconds,
      most = 0,
      times = [],
    } = entry.roundTrips ?? {};
    entry.roundTrips = {
      last: milliseconds,
      least: Math.min(least, milliseconds),
      most: Math.max(most, milliseconds),
      mean: mean + (milliseconds - mean) / (count + 1),
      count: count + 1,
      times: thinned([...times, [Math.round(at), milliseconds]]),
    };
    this.#changed.add(entry);
  }
}

/** What tells which answer belongs to which question of ours; undefined for a message that is neither. */
function questionOf({ direction, text, transaction }: SeenMessage): string | undefined {
  const isResponse = text.startsWith('SIP/2.0 ');
  if (isResponse !== (direction === 'out')) return transaction;
  // The challenge of a registration is answered at once, by the phone itself.
  const isChallenge = isResponse
    ? /^SIP\/2\.0 40[17] /.test(text) && /^CSeq[ \t]*:[^\r\n]*REGISTER/im.test(text)
    : text.startsWith('REGISTER ');
  return isChallenge ? `challenge ${callIdIn(text)}` : undefined;
}

function lineOf(log: readonly LoggedEvent[]): readonly DeviceLine[] {
  const [last] = log;
  if (last === undefined) return [];
  const { aor, device, userAgent, transport, host, port, instance, contact } = last;
  const trips = log.find(({ roundTrips }) => roundTrips !== undefined)?.roundTrips;
  return [
    {
      ...{ aor, device, userAgent, transport, host, port, instance, contact, roundTrips: trips },
      isRegistered: last.event === 'registered' || last.event === 'refreshed',
      log,
    },
  ];
}

// Of the two that are nearest in time the slower one stays: what was slow is what one looks for. The last always stays.
function thinned(times: RoundTrips['times']): RoundTrips['times'] {
  if (times.length <= timesKept) return times;
  const gap = (index: number): number => (times[index + 1]?.[0] ?? 0) - (times[index]?.[0] ?? 0);
  let near = 0;
  for (let index = 1; index < times.length - 2; index += 1)
    if (gap(index) < gap(near)) near = index;
  const isFirstSlower = (times[near]?.[1] ?? 0) >= (times[near + 1]?.[1] ?? 0);
  return times.toSpliced(isFirstSlower ? near + 1 : near, 1);
}

function isAlike(one: DeviceEvent, other: DeviceEvent): boolean {
  return (
    one.event === other.event &&
    one.contact === other.contact &&
    one.userAgent === other.userAgent &&
    one.transport === other.transport &&
    one.host === other.host &&
    one.port === other.port
  );
}

function entryRows({ isWritten, ...entry }: Entry): readonly Statement[] {
  const { id, event, until, count, roundTrips } = entry;
  const logged: LoggedEvent = { ...event, until, count, roundTrips };
  const device = keyOf(event);
  const written: Statement = {
    sql: 'INSERT OR REPLACE INTO device_entry (id, device, user, until, entry) VALUES (?, ?, ?, ?, ?)',
    parameters: [id, device, event.user, until, JSON.stringify(logged)],
  };
  if (isWritten) return [written];
  const beyond = (of: 'device' | 'user', most: number): string =>
    `DELETE FROM device_entry WHERE ${of} = ?1 AND id <=
      (SELECT id FROM device_entry WHERE ${of} = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${most})`;
  return [
    written,
    { sql: beyond('device', kept), parameters: [device] },
    { sql: beyond('user', keptOfUser), parameters: [event.user] },
    { sql: 'DELETE FROM device_entry WHERE id <= ?', parameters: [id - keptOfAll] },
  ];
}

function keyOf({ aor, device }: Pick<DeviceEvent, 'aor' | 'device'>): string {
  return `${aor} ${device}`;
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value, limit: number): void {
  map.delete(name);
  map.set(name, value);
  if (map.size <= limit) return;
  for (const eldest of map.keys()) {
    map.delete(eldest);
    return;
  }
}
