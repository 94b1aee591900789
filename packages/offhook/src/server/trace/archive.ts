// The file of the traces as the thread uses it: rows of calls, their legs and their lines in pieces.
import type { CallSummary } from '@offhook/sip/trace';
import type { Engine } from '../storage/engine.ts';
import type { Row, Statement, ToldError } from '../storage/messages.ts';
import { isExchange, yields } from './ledger.ts';
import type { Archive as ArchivePort, KnownCall, Leg } from './ledger.ts';
import { charactersOfCall, exchangeLimit, gatherCharacters, legLimit } from './limits.ts';
import { pack, timeOf, unpack } from './lines.ts';
import { plainSummary, searchText } from './summary.ts';

/** A call's row as far as its user sees it. */
export interface StoredCall {
  readonly id: number;
  readonly startedAt: number;
  readonly isTold: boolean;
  readonly summary: CallSummary;
}

/** Reads and writes the file; what is to be written gathers until `flush`. */
export class Archive implements ArchivePort {
  readonly #engine: Engine;
  readonly #last: { leg: number; call: number };
  /** Calls and legs with something to write. */
  readonly #calls = new Set<KnownCall>();
  readonly #legs = new Set<Leg>();
  #statements: Statement[] = [];
  #characters = 0;
  #hasLongLeg = false;

  constructor(engine: Engine) {
    this.#engine = engine;
    const last = (table: 'leg' | 'call'): number =>
      Number(this.#one(`SELECT coalesce(max(id), 0) AS id FROM ${table}`, [])?.['id'] ?? 0);
    this.#last = { leg: last('leg'), call: last('call') };
  }

  next(of: 'leg' | 'call'): number {
    this.#last[of] += 1;
    return this.#last[of];
  }

  find(callId: string): Leg | undefined {
    const row = this.#one('SELECT call FROM leg WHERE call_id = ?', [callId]);
    if (row === undefined) return undefined;
    const id = Number(row['call']);
    const call = this.#callOf(id);
    if (call === undefined) return undefined;
    for (const one of this.#rows('SELECT id, call_id FROM leg WHERE call = ?', [id])) {
      const leg = Number(one['id']);
      const sum = 'SELECT coalesce(sum(characters), 0) AS characters FROM piece WHERE leg = ?';
      call.legs.add({
        ...{ id: leg, callId: String(one['call_id']), call, lines: [], characters: 0, since: 0 },
        ...{ stored: Number(this.#one(sum, [leg])?.['characters'] ?? 0), isWritten: true },
      });
    }
    return [...call.legs].find((leg) => leg.callId === callId);
  }

  merged(into: KnownCall, gone: KnownCall): void {
    this.#calls.delete(gone);
    this.touch(into);
    if (!gone.isWritten) return;
    this.#statements.push(
      { sql: 'DELETE FROM call WHERE id = ?', parameters: [gone.id] },
      { sql: 'DELETE FROM call_user WHERE call = ?', parameters: [gone.id] },
    );
  }

  leaving(call: KnownCall): void {
    if (this.isWaiting(call)) this.flush();
  }

  /** There is news of the call. */
  touch(call: KnownCall): void {
    call.isTold = false;
    this.#calls.add(call);
    for (const leg of call.legs) if (!leg.isWritten) this.#legs.add(leg);
  }

  /** Adds a line to a leg; it is written with those that come after it. */
  add(leg: Leg, line: string, now: number): void {
    if (leg.lines.length === 0) leg.since = now;
    leg.lines.push(line);
    leg.characters += line.length;
    this.#characters += line.length;
    this.#hasLongLeg ||= leg.characters > gatherCharacters.leg;
    this.#legs.add(leg);
    this.touch(leg.call);
  }

  /** True when so much waits that it is to be written now. */
  get isFull(): boolean {
    return this.#characters > gatherCharacters.all || this.#hasLongLeg;
  }

  /** True when something of the call is not written yet. */
  isWaiting(call: KnownCall): boolean {
    return this.#calls.has(call);
  }

  /** How many lines wait. */
  get waiting(): number {
    let lines = 0;
    for (const leg of this.#legs) lines += leg.lines.length;
    return lines;
  }

  /** When the line that waits for longest came, on the clock's `now()`. */
  get since(): number | undefined {
    let since: number | undefined;
    for (const leg of this.#legs)
      if (leg.lines.length > 0 && (since === undefined || leg.since < since)) since = leg.since;
    return since;
  }

  /** Writes all that waits in one transaction, and `more`; tells why when it could not: then it is lost, and memory stays bounded. */
  flush(more: readonly Statement[] = []): ToldError | undefined {
    const statements = [...this.#statements, ...more];
    const rows = [...this.#legs, ...this.#calls];
    for (const leg of this.#legs) statements.push(...pieceOf(leg), ...legRow(leg));
    for (const call of this.#calls) statements.push(...callRows(call));
    this.#statements = [];
    this.#legs.clear();
    this.#calls.clear();
    this.#characters = 0;
    this.#hasLongLeg = false;
    const trouble = this.write(statements);
    // The rows are written with what comes next.
    if (trouble !== undefined) for (const row of rows) row.isWritten = false;
    return trouble;
  }

  /** Loses all that waits: it cannot be written. */
  drop(): void {
    this.#statements = [];
    for (const leg of this.#legs) {
      leg.lines = [];
      leg.characters = 0;
    }
    this.#legs.clear();
    this.#calls.clear();
    this.#characters = 0;
    this.#hasLongLeg = false;
  }

  /** Writes `statements` at once; tells why when it could not. */
  write(statements: readonly Statement[]): ToldError | undefined {
    if (statements.length === 0) return undefined;
    const [outcome] = this.#engine.commit([statements], true) ?? [];
    return outcome?.ok === false ? outcome.error : undefined;
  }

  /** How many rows a statement changed; it is one of those whose failure can wait for the next time. */
  change(sql: string, parameters: Statement['parameters']): number {
    const [outcome] = this.#engine.commit([[{ sql, parameters }]], true) ?? [];
    return outcome?.ok === true ? (outcome.changes[0] ?? 0) : 0;
  }

  /** The rows of a query. */
  rows(sql: string, parameters: Statement['parameters']): readonly Row[] {
    return this.#rows(sql, parameters);
  }

  /** Call-IDs of calls that nobody has explained, of one user or of all, the newest first: as many as can be explained while somebody waits. */
  untold(user: string | undefined): readonly string[] {
    const sql = `SELECT summary FROM call ${untold} ORDER BY started DESC LIMIT 1000`;
    return this.#rows(sql, [user ?? null]).map((row) => summaryOf(row).id);
  }

  /** How many they are. */
  countUntold(user: string | undefined): number {
    return Number(
      this.#one(`SELECT count(*) AS count FROM call ${untold}`, [user ?? null])?.['count'],
    );
  }

  /** The lines of legs in the order of time, those that wait among them. */
  lines(legs: Iterable<Leg>): readonly string[] {
    const all: (readonly [number, string])[] = [];
    let characters = 0;
    for (const { id, lines, stored } of legs) {
      // Of a call that somebody made of many huge legs the first are enough.
      characters += stored;
      if (all.length > 0 && characters > charactersOfCall) break;
      const pieces = this.#rows('SELECT lines FROM piece WHERE leg = ? ORDER BY id', [id]);
      const written = pieces.flatMap((row) => linesOf(row['lines']));
      for (const line of [...written, ...lines]) all.push([timeOf(line), line]);
    }
    // A stable sort: what one endpoint says of one moment stays in its order.
    return all.sort(([one], [other]) => one - other).map(([, line]) => line);
  }

  /** Closes the file. */
  close(): void {
    this.#engine.close();
  }

  #callOf(id: number): KnownCall | undefined {
    const row = this.#one('SELECT * FROM call WHERE id = ?', [id]);
    if (row === undefined) return undefined;
    const users = this.#rows('SELECT user FROM call_user WHERE call = ?', [id]);
    const summary = summaryOf(row);
    return {
      id,
      legs: new Set(),
      users: new Set(users.map(({ user }) => String(user))),
      witness: 'system',
      method: summary.method,
      from: summary.from,
      to: summary.to,
      startedAt: Number(row['started']),
      endedAt: Number(row['ended']),
      messages: summary.messages,
      status: summary.status,
      isOver: summary.over,
      isWritten: true,
      isTold: row['told'] === 1,
    };
  }

  #one(sql: string, parameters: Statement['parameters']): Row | undefined {
    return this.#rows(sql, parameters)[0];
  }

  #rows(sql: string, parameters: Statement['parameters']): readonly Row[] {
    return this.#engine.read({ sql, parameters });
  }
}

const untold =
  'WHERE told = 0 AND (?1 IS NULL OR id IN (SELECT call FROM call_user WHERE call_user.user = ?1))';

/** The summary in a row of `call`. */
export function summaryOf(row: Row): CallSummary {
  // Our own words: made by `JSON.stringify` of a summary, in this room alone.
  return JSON.parse(String(row['summary'])) as CallSummary;
}

/** What makes `summary` the row's. */
export function tellSummary(call: KnownCall, summary: CallSummary): Statement {
  const faults = [...summary.rules, ...summary.faults.map(String)];
  return {
    sql: `UPDATE call SET summary = ?, faults = ?, search = ?, status = ?, ended = ?, told = 1 WHERE id = ?`,
    parameters: [
      JSON.stringify(summary),
      ` ${faults.join(' ')} `,
      searchText(call, summary),
      summary.status ?? null,
      summary.endedAt,
      call.id,
    ],
  };
}

function pieceOf(leg: Leg): readonly Statement[] {
  const [first] = leg.lines;
  if (first === undefined) return [];
  const lines = `${leg.lines.join('\n')}\n`;
  const packed = pack(lines);
  const exchange = isExchange(leg.call);
  const { head, tail } = exchange ? exchangeLimit : legLimit;
  leg.lines = [];
  leg.characters = 0;
  leg.stored += lines.length;
  const added: Statement = {
    sql: 'INSERT INTO piece (leg, at, characters, size, exchange, lines) VALUES (?, ?, ?, ?, ?, ?)',
    parameters: [
      leg.id,
      timeOf(first),
      lines.length,
      packed.length,
      yields(leg.call) ? 1 : 0,
      packed,
    ],
  };
  if (leg.stored <= head + tail) return [added];
  // The middle goes, piece by piece: how a call began and how it ended is what is asked for.
  const dropped: Statement = {
    sql: `DELETE FROM piece WHERE leg = ?1 AND id NOT IN (
        SELECT id FROM (SELECT id, sum(characters) OVER (ORDER BY id) AS before FROM piece WHERE leg = ?1) WHERE before <= ?2
      ) AND id NOT IN (
        SELECT id FROM (SELECT id, sum(characters) OVER (ORDER BY id DESC) AS after FROM piece WHERE leg = ?1) WHERE after <= ?3
      )`,
    parameters: [leg.id, head, tail],
  };
  leg.stored = head + tail - gatherCharacters.leg * 2;
  return [added, dropped];
}

function legRow(leg: Leg): readonly Statement[] {
  if (leg.isWritten) return [];
  leg.isWritten = true;
  return [
    {
      sql: 'INSERT OR REPLACE INTO leg (id, call, call_id) VALUES (?, ?, ?)',
      parameters: [leg.id, leg.call.id, leg.callId],
    },
  ];
}

function callRows(call: KnownCall): readonly Statement[] {
  const summary = plainSummary(call);
  call.isWritten = true;
  const values = [
    call.id,
    call.startedAt,
    call.endedAt,
    call.status ?? null,
    isExchange(call) ? 1 : 0,
    searchText(call, summary),
    JSON.stringify(summary),
  ];
  return [
    {
      sql: `INSERT INTO call (id, started, ended, status, exchange, search, faults, summary, told)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', ?7, 0)
        ON CONFLICT (id) DO UPDATE SET started = ?2, ended = ?3, status = ?4, exchange = ?5, search = ?6, summary = ?7, told = 0`,
      parameters: values,
    },
    ...[...call.users].map((user) => ({
      sql: 'INSERT OR IGNORE INTO call_user (user, call) VALUES (?, ?)',
      parameters: [user, call.id],
    })),
  ];
}

function linesOf(packed: unknown): readonly string[] {
  if (!(packed instanceof Uint8Array)) return [];
  return unpack(packed)
    .split('\n')
    .filter((line) => line !== '');
}
