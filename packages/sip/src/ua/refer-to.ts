// What stands in Refer-To: whom to call, and which call to replace. All else in it is data that nobody obeys (RFC 3261 §19.1.5).
import { asRequestUri } from '../dialog/route-set.ts';
import type { DialogId } from '../dialog/id.ts';
import type { HeaderInit } from '../message/build.ts';
import { replaces } from '../message/header/replaces.ts';
import type { Replaces } from '../message/header/replaces.ts';
import { noParameters } from '../message/parameters.ts';
import { formatUri, isSipUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';

/** A target that we may call. */
export interface Referred {
  readonly target: string;
  /** The value of the Replaces header that the call is to have. */
  readonly replaces: string | undefined;
}

/** Reads a Refer-To URI; undefined when it asks for anything else than a call. */
export function readReferTo(uri: Uri): Referred | undefined {
  if (!isSipUri(uri)) return undefined;
  const method = uri.parameters.get('method') ?? 'INVITE';
  if (method.toUpperCase() !== 'INVITE') return undefined;
  const asked = headersOf(uri.headers ?? '').filter(([name]) => name.toLowerCase() === 'replaces');
  if (asked.length > 1) return undefined;
  const parsed = asked.map(([, value]) => replaces.parse([value]));
  const [found] = parsed;
  if (found !== undefined && (!found.ok || found.value === undefined)) return undefined;
  return {
    target: formatUri(asRequestUri(uri)),
    replaces: found?.ok === true ? replaces.format(found.value)[0] : undefined,
  };
}

/** The Replaces value by which the peer of `dialog` finds it: the tags are named as the peer sees them (RFC 3891 §4). */
export function replacesOf({ callId, localTag, remoteTag }: DialogId): Replaces {
  return {
    callId,
    toTag: remoteTag,
    fromTag: localTag,
    earlyOnly: false,
    parameters: noParameters,
  };
}

/** The header of a call that takes the place of that of `dialog`, at its peer. */
export function replacing(dialog: DialogId): HeaderInit {
  const [value = ''] = replaces.format(replacesOf(dialog));
  return ['Replaces', value];
}

/** A Refer-To value that asks to call the peer of `dialog`, in place of us (RFC 5589 §7.3). */
export function referToReplacing(target: Uri, dialog: DialogId): string {
  const [value = ''] = replaces.format(replacesOf(dialog));
  return `<${formatUri(asRequestUri(target))}?Replaces=${encodeURIComponent(value)}>`;
}

function headersOf(text: string): readonly (readonly [string, string])[] {
  return text.split('&').flatMap((part) => {
    const equals = part.indexOf('=');
    const name = equals < 0 ? undefined : decoded(part.slice(0, equals));
    const value = decoded(part.slice(equals + 1));
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
