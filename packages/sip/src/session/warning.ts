// The Warning header that tells a peer why its offer cannot be taken (RFC 3261 §20.43).
import { writable } from '../base/bytes.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HeaderInit } from '../message/build.ts';

/** Warning 304 (media type not available), as a header; the text is quoted and cannot break out of it. */
export function mediaWarning(endpoint: Endpoint, error: Error | undefined): HeaderInit {
  const text = (error?.message ?? 'No common media')
    .replaceAll(/[\0-\u001f\u007f]/g, ' ')
    .replaceAll(/["\\]/g, "'");
  const agent = endpoint.name.replaceAll(/[^A-Za-z0-9.-]/g, '-');
  return ['Warning', `304 ${agent} "${writable(text).slice(0, 200)}"`];
}
