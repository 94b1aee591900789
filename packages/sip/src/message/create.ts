// New requests (RFC 3261 §8.1.1).
import { requestLine } from './apply.ts';
import { buildSource, headerText } from './build.ts';
import type { HeaderInit } from './build.ts';
import { nothingRead, Request } from './message.ts';
import { isToken } from './scan.ts';
import type { Uri } from './uri.ts';

/** The parts of a new request. */
export interface RequestInit {
  readonly method: string;
  /** Its headers and `method` do not go into the request line (RFC 3261 §19.1.5). */
  readonly uri: Uri | string;
  /** In this order; Content-Length is added. */
  readonly headers: readonly HeaderInit[];
  /** Text is latin1, one character for each byte. */
  readonly body?: Uint8Array | string | undefined;
}

/** A new request. Throws a TypeError when a part is malformed or holds CR, LF or NUL. */
export function createRequest(init: RequestInit): Request {
  const { method, uri, headers, body } = init;
  if (!isToken(method)) throw new TypeError(`${JSON.stringify(method)} is not a method`);
  const source = buildSource(requestLine(method, uri), headerText(headers), body);
  const content = { source, startLine: undefined, rows: undefined, body: undefined };
  return new Request(content, nothingRead(), method);
}
