// Who was registered where, and until when: of the phones that a call goes to (RFC 3261 §10.3).
import type { MessageObserved } from '../../base/tap.ts';
import { readMessage } from '../correlate/read-message.ts';
import type { Signalling } from './build.ts';
import type { BindingDocument } from './document.ts';

/** How many addresses of record are remembered, and how many answers of the registrar of each. */
const limits = { users: 10_000, answers: 64 } as const;

/** Answers to REGISTER, by the user who is registered. */
export class Bindings {
  readonly #byUser = new Map<string, BindingDocument[]>();

  /** Takes an answer to REGISTER: it lists all bindings of a user with the time that each still has. */
  learn(frame: number, seen: MessageObserved): void {
    const facts = readMessage(seen.text);
    const { binding, status = 0, toUser } = facts ?? {};
    if (facts?.method !== 'REGISTER' || status < 200 || status >= 300) return;
    if (binding === undefined || toUser === undefined) return;
    const known = this.#byUser.get(toUser) ?? [];
    this.#byUser.delete(toUser);
    this.#byUser.set(toUser, known);
    known.push({
      frame,
      at: seen.at,
      user: toUser,
      contacts: [...binding.contacts].map(([target, seconds]) => ({
        target,
        expiresSeconds: seconds,
      })),
    });
    if (known.length > limits.answers) known.shift();
    for (const eldest of this.#byUser.keys()) {
      if (this.#byUser.size <= limits.users) break;
      this.#byUser.delete(eldest);
    }
  }

  /** What the registrar had said of these users until then. */
  of(users: ReadonlySet<string>, until: number): readonly BindingDocument[] {
    return [...users]
      .flatMap((user) => this.#byUser.get(user) ?? [])
      .filter(({ at }) => at <= until)
      .toSorted((a, b) => a.at - b.at);
  }
}

/** The users whom a call was for, on all its legs; nobody for what is no call. */
export function usersIn({ method, legs }: Signalling): ReadonlySet<string> {
  return new Set(
    method === 'INVITE' ? legs.flatMap(({ to }) => /^sips?:([^@]+)@/i.exec(to)?.[1] ?? []) : [],
  );
}
