// How the web server says no: a status, a code to match on, a sentence, and what to do next.
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Why a request of the API is refused. */
export interface WebRefusal {
  readonly status: ContentfulStatusCode;
  readonly code: WebErrorCode;
  readonly message: string;
  readonly next: string;
}

/** The codes that the API refuses with. */
export type WebErrorCode =
  | 'WEB_DRAINING'
  | 'WEB_FAULT'
  | 'WEB_HOST'
  | 'WEB_LOGIN'
  | 'WEB_NOT_FOUND'
  | 'WEB_ORIGIN';

/** `refusal` as the body that the page reads. */
export function refuse(
  context: Context,
  { status, code, message, next }: WebRefusal,
  headers: Record<string, string> = {},
): Response {
  return context.json({ error: { code, message, next } }, status, headers);
}
