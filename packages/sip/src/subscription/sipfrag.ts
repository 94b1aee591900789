// What a NOTIFY of the event `refer` tells: the status line of the request that was referred (RFC 3515 §2.4.5, RFC 3420).
import { readable } from '../base/bytes.ts';
import { reasonPhrase } from '../message/status.ts';
import type { NotifierContent } from './notifier.ts';

/** How far a referred request has come. */
export interface ReferredStatus {
  readonly status: number;
  readonly reason: string;
}

/** Reads the status line of a fragment; undefined when it holds none. */
export function readSipfrag(text: string): ReferredStatus | undefined {
  const [line = ''] = text.trimStart().split(/\r?\n/, 1);
  const found = /^SIP\/2\.0 +([1-6]\d\d)(?: (.{0,200}))?/i.exec(line);
  if (found === null) return undefined;
  return { status: Number(found[1]), reason: readable(found[2] ?? '').trim() };
}

/** A fragment that tells a status. */
export function sipfrag(status: number, reason: string = reasonPhrase(status)): NotifierContent {
  return {
    contentType: 'message/sipfrag;version=2.0',
    body: `SIP/2.0 ${status} ${reason}\r\n`,
  };
}
