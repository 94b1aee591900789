// a=group and a=mid: media lines that belong together, as those that share one port (RFC 5888 §4, §5, RFC 9143).
import type { SessionDescription } from '../description.ts';

/** Lines that belong together. */
export interface Group {
  /** `BUNDLE`, `LS`, … */
  readonly semantics: string;
  /** The a=mid of each, in the order in which they are named. */
  readonly mids: readonly string[];
}

/** The groups of a description, in their order; malformed ones are left out. */
export function groupsOf(session: SessionDescription): readonly Group[] {
  return session.attributes.flatMap(({ name, value }) => {
    if (name !== 'group' || value === undefined) return [];
    const [semantics = '', ...mids] = value.trim().split(/ +/, 128);
    return [semantics, ...mids].every((word) => token.test(word)) ? [{ semantics, mids }] : [];
  });
}

const token = /^[\w!#$%&'*+.^`{|}~-]{1,64}$/;
