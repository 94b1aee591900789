// Calls to us that are to take the place of another: found by the whole triple, and only for who may (RFC 3891 §3).
import type { Clock } from '../base/clock.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { dialogKey } from '../dialog/id.ts';
import type { DialogId } from '../dialog/id.ts';
import { usageNamed } from '../dialog/table.ts';
import type { DialogTable } from '../dialog/table.ts';
import type { DialogUsage } from '../endpoint/usage.ts';
import { from } from '../message/header/from.ts';
import { referredBy } from '../message/header/referred-by.ts';
import { replaces } from '../message/header/replaces.ts';
import type { Replaces } from '../message/header/replaces.ts';
import type { NameAddress } from '../message/name-address.ts';
import { isSipUri, userOf } from '../message/uri.ts';
import type { SipUri, Uri } from '../message/uri.ts';
import type { Request } from '../message/message.ts';
import { sameHost } from '../message/host.ts';
import { Session } from '../session/session.ts';
import type { Refusal } from './checks.ts';

/** Somebody wants a call of ours to go on with them. */
export interface Replacement {
  /** The dialog that is to be replaced. */
  readonly dialog: DialogId;
  /** Whom we talk to in it. */
  readonly peer: string;
  readonly from: NameAddress;
  readonly referredBy: NameAddress | undefined;
}

/**
 * Who may take the place of a peer of ours: nobody, whoever is sent by that peer or is the same person, or whom the
 * application allows.
 */
export type ReplacementPolicy = 'refuse' | 'referred' | ((replacement: Replacement) => boolean);

/** How many ended dialogs are remembered, and for how many milliseconds. */
const endedLimit = 1000;
const endedMilliseconds = 32_000;

/** Finds what a Replaces header names. */
export class Replacements {
  readonly #dialogs: DialogTable<DialogUsage>;
  readonly #policy: ReplacementPolicy;
  readonly #clock: Clock;
  /** When each dialog ended, on the clock's `now()`; the eldest first. */
  readonly #ended = new Map<string, number>();

  constructor(dialogs: DialogTable<DialogUsage>, policy: ReplacementPolicy, clock: Clock) {
    this.#dialogs = dialogs;
    this.#policy = policy;
    this.#clock = clock;
  }

  /** A call is over: who still wants to replace it is declined, not told that there never was one. */
  ended({ key }: Dialog): void {
    this.#ended.delete(key);
    this.#ended.set(key, this.#clock.now());
    if (this.#ended.size <= endedLimit) return;
    for (const eldest of this.#ended.keys()) {
      this.#ended.delete(eldest);
      return;
    }
  }

  /** The dialog that `invite` replaces when it is answered. */
  dialog(invite: Request): Dialog | undefined {
    const found = this.#find(invite);
    return found === undefined || 'status' in found ? undefined : found;
  }

  /** What refuses `invite` for its Replaces. */
  refusal(invite: Request): Refusal | undefined {
    const found = this.#find(invite);
    return found !== undefined && 'status' in found ? found : undefined;
  }

  // A refusal when it may not; undefined when it asks for nothing of the kind.
  #find(invite: Request): Dialog | Refusal | undefined {
    const rows = invite.rows('Replaces').length;
    if (rows === 0) return undefined;
    const asked = rows === 1 ? invite.get(replaces) : undefined;
    if (asked === undefined) {
      return { status: 400, reason: 'There must be one Replaces', headers: [] };
    }
    return this.#match(asked, invite);
  }

  #match(asked: Replaces, invite: Request): Dialog | Refusal {
    // RFC 3891 §3: our tag is the to-tag, the peer's the from-tag.
    const key = dialogKey({
      callId: asked.callId,
      localTag: asked.toTag,
      remoteTag: asked.fromTag,
    });
    const entry = this.#dialogs.get(key);
    const usage = usageNamed(entry, 'INVITE');
    if (entry === undefined || usage === undefined) {
      const endedAt = this.#ended.get(key) ?? Number.NEGATIVE_INFINITY;
      const justEnded = this.#clock.now() - endedAt < endedMilliseconds;
      return { status: justEnded ? 603 : 481, headers: [] };
    }
    const { dialog } = entry;
    if (!this.#mayReplace(dialog, invite)) return { status: 403, headers: [] };
    if (dialog.state === 'Early') return dialog.initiator ? dialog : { status: 481, headers: [] };
    if (isEnding(usage)) return { status: 603, headers: [] };
    return asked.earlyOnly ? { status: 486, headers: [] } : dialog;
  }

  // RFC 3891 §3, §8: the triple is hard to guess, but it is no proof; what From and Referred-By are worth, the way here decides.
  #mayReplace(dialog: Dialog, invite: Request): boolean {
    const policy = this.#policy;
    if (policy === 'refuse') return false;
    const { id, remoteParty: peer } = dialog;
    const by = invite.get(referredBy);
    const replacement = { dialog: id, peer, from: invite.from, referredBy: by };
    return policy === 'referred' ? isReferred(replacement) : policy(replacement);
  }
}

/** True for who is sent by the peer that is replaced, or is the same person. */
export function isReferred({ peer, from: caller, referredBy: by }: Replacement): boolean {
  const known = from.parse([peer]);
  if (!known.ok) return false;
  return [by, caller].some((who) => who !== undefined && samePerson(who.uri, known.value.uri));
}

function isEnding(usage: DialogUsage): boolean {
  return usage instanceof Session && ['Leaving', 'Ending', 'Ended'].includes(usage.state);
}

// Port and parameters say where somebody is, not who.
function samePerson(a: Uri, b: Uri): boolean {
  if (!isSipUri(a) || !isSipUri(b)) return false;
  return sameHost(a.host, b.host) && nameOf(a) === nameOf(b);
}

function nameOf(uri: SipUri): string | undefined {
  return uri.user === undefined ? undefined : userOf(uri);
}
