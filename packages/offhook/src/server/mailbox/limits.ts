// How much the mailbox keeps, for how long, and how long a sender waits; times in milliseconds.

/** The limits of the mailbox. */
export interface MailboxLimits {
  /** Messages that wait for one user; the next one is refused. */
  readonly perUser: number;
  /** The largest message, head and body together, in bytes. */
  readonly bytes: number;
  /** The longest that a message waits, whatever its Expires says. */
  readonly keep: number;
  /** So long a phone may take to answer before the message is stored: well before the sender's Timer F (RFC 3261 §17.1.2.2). */
  readonly wait: number;
  /** How often expired messages are taken out. */
  readonly sweep: number;
}

/** 100 messages of 64 KiB for 30 days. */
export const mailboxLimits: MailboxLimits = {
  perUser: 100,
  bytes: 65_536,
  keep: 30 * 86_400_000,
  wait: 8_000,
  sweep: 600_000,
};
