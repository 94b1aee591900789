// Requests and responses: immutable, read when asked, and on the wire byte for byte what they were where nobody edited.
import { latin1Bytes } from '../base/bytes.ts';
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { applyEdits, withFirstVia } from './apply.ts';
import type { Content } from './apply.ts';
import type { Edit } from './edit.ts';
import { callId } from './header/call-id.ts';
import { cseq } from './header/cseq.ts';
import type { CSeq } from './header/cseq.ts';
import type { HeaderField } from './header/field.ts';
import { from } from './header/from.ts';
import { maxForwards } from './header/max-forwards.ts';
import { to } from './header/to.ts';
import { formatVia, readVia } from './header/via.ts';
import type { Via } from './header/via.ts';
import type { NameAddress } from './name-address.ts';
import { headerId, headerName } from './names.ts';
import type { HeaderName } from './names.ts';
import type { MessageProblem } from './problem.ts';
import { isRowOf, joinRows, nameOf, scanValue, sourceRows, valueOf } from './rows.ts';
import type { Row } from './rows.ts';
import { listValueEnd, trimmed } from './scan.ts';
import { rowCount, rowId, rowIs } from './source.ts';
import { readUri } from './uri.ts';
import type { Uri } from './uri.ts';

/** Either kind of message; `kind` tells which. */
export type Message = Request | Response;

/** What was read already of the headers that the parser checks. Undefined: not yet; null: there is none. */
export interface ReadHeaders {
  topVia: Via | undefined;
  branch: string | null | undefined;
  from: NameAddress | undefined;
  fromTag: string | null | undefined;
  to: NameAddress | undefined;
  toTag: string | null | undefined;
  callId: string | undefined;
  cseq: CSeq | undefined;
}

/** Of a message that nobody has looked at. */
export function nothingRead(): ReadHeaders {
  return {
    topVia: undefined,
    branch: undefined,
    from: undefined,
    fromTag: undefined,
    to: undefined,
    toTag: undefined,
    callId: undefined,
    cseq: undefined,
  };
}

/** What requests and responses share. Made by `parseMessage`, `createRequest`, `createResponse` and `with`. */
export abstract class MessageParts {
  /** The parts; for the files of this room. */
  protected readonly content: Content;
  /** What of the headers was read already; for the files of this room. */
  protected readonly known: ReadHeaders;
  #readings: Reading[] | undefined;
  #body: Uint8Array | undefined;

  constructor(content: Content, known: ReadHeaders) {
    this.content = content;
    this.known = known;
  }

  /** What was read of `message`, for a message that copies its headers. */
  static readOf(message: MessageParts): ReadHeaders {
    return { ...message.known };
  }

  /** Hands each row of the headers that bear an id, with its value, to `take`; for the files of this room. */
  static eachNoted(message: MessageParts, take: (id: number, value: string) => void): void {
    const { source, rows } = message.content;
    const count = rows?.length ?? rowCount(source);
    for (let index = 0; index < count; index += 1) {
      const row = rows === undefined ? index : rows[index];
      if (row === undefined) continue;
      const id = typeof row === 'number' ? rowId(source, row) : row.header.id;
      if (id !== 0) take(id, valueOf(source, row));
    }
  }

  /**
   * The first Via value. This and the next four throw a TypeError only in a message of our own that lacks the header:
   * in a parsed one they are there and well formed.
   */
  get topVia(): Via {
    return (this.known.topVia ??= this.#needed('Via', readVia(this.#firstVia())));
  }

  /** The From header. */
  get from(): NameAddress {
    return (this.known.from ??= this.#needed('From', this.get(from)));
  }

  /** The To header. */
  get to(): NameAddress {
    return (this.known.to ??= this.#needed('To', this.get(to)));
  }

  /** The Call-ID header. */
  get callId(): string {
    return (this.known.callId ??= this.#needed('Call-ID', this.get(callId)));
  }

  /** The CSeq header. */
  get cseq(): CSeq {
    return (this.known.cseq ??= this.#needed('CSeq', this.get(cseq)));
  }

  /** The branch of the first Via; absent only in messages of RFC 2543. */
  get branch(): string | undefined {
    if (this.known.branch === undefined) this.known.branch = this.topVia.branch ?? null;
    return this.known.branch ?? undefined;
  }

  /** The tag of From; absent only in messages of RFC 2543. */
  get fromTag(): string | undefined {
    if (this.known.fromTag === undefined) this.known.fromTag = this.from.tag ?? null;
    return this.known.fromTag ?? undefined;
  }

  /** The tag of To; absent outside dialogs. */
  get toTag(): string | undefined {
    if (this.known.toTag === undefined) this.known.toTag = this.to.tag ?? null;
    return this.known.toTag ?? undefined;
  }

  /** The Max-Forwards header. */
  get maxForwards(): number | undefined {
    return this.get(maxForwards);
  }

  /** The body; empty when there is none. */
  get body(): Uint8Array {
    return (this.#body ??= latin1Bytes(this.bodyText));
  }

  /** The body as latin1 text, one character for each byte. */
  get bodyText(): string {
    const { body, source } = this.content;
    return body ?? source.text.slice(source.bodyAt);
  }

  /** The value of a header; undefined when it is absent or malformed. */
  get<T>(field: HeaderField<T>): T | undefined {
    const result = this.read(field);
    return result.ok ? result.value : undefined;
  }

  /** The value of a header, telling malformed from absent, which is undefined. */
  read<T>(field: HeaderField<T>): Result<T | undefined, MessageProblem> {
    this.#readings ??= [];
    for (const reading of this.#readings) {
      if (reading.field === field) return remembered<T>(reading.result);
    }
    const found = this.#readAt(field);
    const result = found === undefined ? this.#parse(field) : ok(found);
    this.#readings.push({ field, result });
    return result.ok ? result : fail(result.error);
  }

  #parse<T>(field: HeaderField<T>): Result<T | undefined, MessageProblem> {
    const rows = this.rows(field.name);
    return rows.length === 0 ? ok(undefined) : field.parse(rows);
  }

  // Reading a value where it stands is twice as fast as reading it from a slice.
  #readAt<T>(field: HeaderField<T>): T | undefined {
    const { source, rows } = this.content;
    if (field.parseAt === undefined || rows !== undefined) return undefined;
    const name = headerName(field.name);
    let only = -1;
    for (let index = 0; index < rowCount(source); index += 1) {
      if (!rowIs(source, index, name)) continue;
      if (only >= 0) return undefined;
      only = index;
    }
    return only < 0
      ? undefined
      : scanValue(source, only, (text, start, end) => field.parseAt?.(text, start, end));
  }

  /** The values of all rows of a header, each on one line; the name may be long or compact, in any letter case. */
  rows(name: string): readonly string[] {
    const { source, rows } = this.content;
    const wanted = headerName(name);
    const values: string[] = [];
    if (rows === undefined) {
      for (let index = 0; index < rowCount(source); index += 1) {
        if (rowIs(source, index, wanted)) values.push(valueOf(source, index));
      }
      return values;
    }
    for (const row of rows) {
      if (isRowOf(source, row, wanted)) values.push(valueOf(source, row));
    }
    return values;
  }

  /** True when there is a row of that header. */
  has(name: string): boolean {
    return this.#first(headerName(name)) !== undefined;
  }

  /** The names of all rows as written, in order. */
  get headerNames(): readonly string[] {
    return this.#allRows().map((row) => nameOf(this.content.source, row));
  }

  /** All rows in order, as name and value on one line. */
  *headers(): Iterable<readonly [string, string]> {
    const { source } = this.content;
    for (const row of this.#allRows()) yield [nameOf(source, row), valueOf(source, row)];
  }

  /** The whole message as latin1 text, one character for each byte. */
  toText(): string {
    const { source, startLine, rows, body } = this.content;
    if (rows === undefined) return source.text;
    const first = startLine ?? source.text.slice(0, source.headersAt - 2);
    return `${first}\r\n${joinRows(source, rows)}\r\n${body ?? source.text.slice(source.bodyAt)}`;
  }

  /** The whole message as it goes on the wire. */
  toBytes(): Uint8Array {
    return latin1Bytes(this.toText());
  }

  #allRows(): readonly Row[] {
    return this.content.rows ?? sourceRows(this.content.source);
  }

  #first(name: HeaderName): Row | undefined {
    const { source, rows } = this.content;
    if (rows !== undefined) return rows.find((row) => isRowOf(source, row, name));
    for (let index = 0; index < rowCount(source); index += 1) {
      if (rowIs(source, index, name)) return index;
    }
    return undefined;
  }

  #firstVia(): string {
    const row = this.#first(viaName);
    if (row === undefined) return '';
    const value = valueOf(this.content.source, row);
    const end = listValueEnd(value, 0);
    return end < 0 ? '' : trimmed(value, 0, end);
  }

  #needed<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw new TypeError(`This message has no well-formed ${name} header`);
    return value;
  }
}

const viaName = headerName('via');

// What a message has been asked for. It is asked for few headers, so a list finds them faster than a map.
interface Reading {
  readonly field: unknown;
  readonly result: Result<unknown, MessageProblem>;
}

// The list holds for each field what that field's own parse returned.
function remembered<T>(
  result: Result<unknown, MessageProblem>,
): Result<T | undefined, MessageProblem> {
  return result as Result<T | undefined, MessageProblem>;
}

/** A request. */
export class Request extends MessageParts {
  readonly kind = 'request';
  readonly method: string;
  #uri: Uri | undefined;

  constructor(content: Content, known: ReadHeaders, method: string, uri?: Uri) {
    super(content, known);
    this.method = method;
    this.#uri = uri;
  }

  /** The Request-URI. */
  get uri(): Uri {
    return (this.#uri ??= this.#uriOfStartLine());
  }

  /** A new request with these changes; what they do not touch stays byte for byte. */
  with(...edits: readonly Edit[]): Request {
    if (edits.length === 0) return this;
    const content = applyEdits(this.content, edits, this.method);
    const uri = content.startLine === this.content.startLine ? this.#uri : undefined;
    return new Request(content, untouched(this.known, edits), this.method, uri);
  }

  /** The same request with `value` in place of its first Via value. */
  withTopVia(value: Via): Request {
    const content = withFirstVia(this.content, formatVia(value));
    const known = { ...this.known, topVia: value, branch: value.branch ?? null };
    return new Request(content, known, this.method, this.#uri);
  }

  #uriOfStartLine(): Uri {
    const { source, startLine } = this.content;
    const line = startLine ?? source.text.slice(0, source.headersAt - 2);
    const uri = readUri(line.slice(this.method.length + 1, line.lastIndexOf(' ')));
    if (uri === undefined) throw new TypeError('This request has no well-formed Request-URI');
    return uri;
  }
}

/** A response. */
export class Response extends MessageParts {
  readonly kind = 'response';
  /** 100 to 699. */
  readonly status: number;
  /** As written, as latin1 text; may be empty. */
  readonly reason: string;

  constructor(content: Content, known: ReadHeaders, status: number, reason: string) {
    super(content, known);
    this.status = status;
    this.reason = reason;
  }

  /** A new response with these changes; what they do not touch stays byte for byte. */
  with(...edits: readonly Edit[]): Response {
    if (edits.length === 0) return this;
    const content = applyEdits(this.content, edits, undefined);
    return new Response(content, untouched(this.known, edits), this.status, this.reason);
  }
}

// What the edits leave as it was read.
function untouched(known: ReadHeaders, edits: readonly Edit[]): ReadHeaders {
  let {
    topVia,
    branch,
    from: fromValue,
    fromTag,
    to: toValue,
    toTag,
    callId: id,
    cseq: count,
  } = known;
  for (const edit of edits) {
    if (edit.kind === 'uri' || edit.kind === 'body') continue;
    switch (edit.header.id) {
      case headerId.via:
        topVia = undefined;
        branch = undefined;
        break;
      case headerId.from:
        fromValue = undefined;
        fromTag = undefined;
        break;
      case headerId.to:
        toValue = undefined;
        toTag = undefined;
        break;
      case headerId.callId:
        id = undefined;
        break;
      case headerId.cseq:
        count = undefined;
        break;
    }
  }
  return { topVia, branch, from: fromValue, fromTag, to: toValue, toTag, callId: id, cseq: count };
}
