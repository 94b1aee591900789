// How long a binding lasts, when it is refreshed, and when a lost one is tried again (RFC 3261 §10.2.4, RFC 5626 §4.5).
import { contact } from '../message/header/contact.ts';
import { expires } from '../message/header/expires.ts';
import type { Response } from '../message/message.ts';
import { sameUri } from '../message/same-uri.ts';
import { parseUri } from '../message/uri.ts';

/** A binding that the registrar calls longer is refreshed once a day all the same. */
const longestSeconds = 86_400;

/** What a registrar grants in `response`: it may be less or more than was asked, and stands in our Contact of the 2xx. */
export function grantedBy(
  response: Response | undefined,
  contactUri: string,
  askedSeconds: number,
): number {
  const ours = parseUri(contactUri);
  for (const value of response?.get(contact) ?? []) {
    if (value === '*' || !ours.ok || !sameUri(value.uri, ours.value)) continue;
    if (value.expires !== undefined) return value.expires;
  }
  return response?.get(expires) ?? askedSeconds;
}

/** After how many milliseconds a binding is refreshed: early enough for the resends of a lost REGISTER, where it lasts so long. */
export function refreshAfter(grantedSeconds: number): number {
  const seconds = Math.min(grantedSeconds, longestSeconds);
  return Math.max(Math.min(seconds - 32, seconds * 0.9), seconds / 2, 1) * 1000;
}

/** RFC 5626 §4.5: the most milliseconds to wait after so many failures in a row; of which a random half may be left out. */
export function retryWithin(failures: number): number {
  return Math.min(1_800_000, 30_000 * 2 ** Math.min(failures, 16));
}
