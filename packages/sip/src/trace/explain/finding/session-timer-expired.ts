// Fault 17: the session timer runs out because its refresher does not refresh (RFC 4028 §10).
import { sessionExpires } from '../../../message/header/session-expires.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenDialog, Side } from '../seen-dialog.ts';
import type { SeenMessage } from '../seen-message.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { quoted, say, time } from '../say.ts';

/** How much earlier and later than due a BYE may come to be one of the timer, in milliseconds. */
const slack = { before: 1500, after: 5000 } as const;

/** Session timer not refreshed. */
export const sessionTimerExpired: Rule = (facts) =>
  facts.dialogs.flatMap((dialog) => expired(facts, dialog));

/** One agreement on a session timer: the 2xx that made it. */
interface Agreed {
  readonly success: SeenMessage;
  /** 0 when the session has no timer. */
  readonly seconds: number;
  readonly refresher: Side;
}

function expired(facts: CallFacts, dialog: SeenDialog): readonly Finding[] {
  const agreed = agreementsIn(dialog).at(-1);
  // RFC 4028 §7.2: a 2xx without Session-Expires ends the timer.
  if (agreed === undefined || agreed.seconds === 0) return [];
  const { success, seconds, refresher } = agreed;
  const interval = seconds * 1000;
  // RFC 4028 §10: who waits in vain hangs up this long before the end.
  const due = success.at + interval - Math.min(32_000, interval / 3);
  const bye = dialog.transactions.find(
    ({ method, request, upstream }) =>
      method === 'BYE' && upstream === undefined && (request?.at ?? 0) > success.at,
  );
  const end = bye?.request;
  const outlived = dialog.messages.findLast(({ at }) => at > success.at + interval + 5000);
  const byTimer =
    end !== undefined && (isNear(end.at, due) || isNear(end.at, success.at + interval));
  if (!byTimer && outlived === undefined) return [];
  const tried = dialog.inside.filter(
    ({ method, request, status }) =>
      (method === 'INVITE' || method === 'UPDATE') &&
      (request?.at ?? 0) > success.at &&
      (status === undefined || status >= 300),
  );
  const [refreshing, waiting] = [
    facts.name(dialog.party(refresher)),
    facts.name(dialog.party(refresher === 0 ? 1 : 0)),
  ];
  const [failed] = tried;
  const who = end === undefined || bye === undefined ? undefined : facts.name(bye.client);
  return [
    fault({
      rule: 'session-timer-expired',
      fault: 17,
      title: 'Session timer not refreshed',
      happened: say(
        `The session was agreed for ${seconds} s with ${refreshing} to refresh it, ${failed === undefined ? 'no refresh came' : 'its refresh failed'}${who === undefined ? ', and the call went on past its end' : `, and ${who} hung up ${time(end === undefined ? 0 : end.at - success.at)} after that`}.`,
        success,
        failed?.request,
        end ?? outlived,
      ),
      why:
        failed === undefined
          ? say(
              `${refreshing} should send a re-INVITE or UPDATE at half the time, after ${time(interval / 2)}; without one ${waiting} has to hang up before the ${seconds} s are over.`,
              success,
              end ?? outlived,
            )
          : say(
              `The ${failed.method} that should refresh the session ${failed.final === undefined ? 'got no answer' : `was refused with ${quoted(failed.final.row.title)}`}, and only a 2xx counts.`,
              failed.request,
              failed.final,
            ),
      whose: say(
        failed === undefined
          ? `${refreshing}, whom the answer names as refresher.`
          : `${facts.name(failed.server)}, who did not take the refresh.`,
        success,
        failed?.final,
      ),
      todo: say(
        failed === undefined
          ? `Switch session timers on properly in ${refreshing}, or off on both sides (no "timer" in Supported).`
          : `See why ${facts.name(failed.server)} does not take ${failed.method} in a call that is up.`,
        success,
        failed?.request,
      ),
      party: failed === undefined ? dialog.party(refresher) : failed.server,
      certainty: facts.certainty(dialog.party(0), dialog.party(1)),
      section: 'RFC 4028 §10',
      about: {
        ...facts.about(bye, ...tried),
        dialogs: [dialog.number],
      },
      weight: 79,
    }),
  ];
}

function isNear(at: number, due: number): boolean {
  return at >= due - slack.before && at <= due + slack.after;
}

function agreementsIn(dialog: SeenDialog): readonly Agreed[] {
  return dialog.transactions
    .filter(
      ({ method, upstream }) =>
        (method === 'INVITE' || method === 'UPDATE') && upstream === undefined,
    )
    .flatMap((transaction) => agreedIn(dialog, transaction))
    .toSorted((a, b) => a.success.at - b.success.at);
}

// RFC 4028 §7.2: uac and uas are the roles in the transaction of the refresh.
function agreedIn(dialog: SeenDialog, { request, finals }: SeenTransaction): readonly Agreed[] {
  const success = finals.find(
    (final) => (final.status ?? 0) < 300 && dialog.messages.includes(final),
  );
  const value = success?.message?.get(sessionExpires);
  if (success === undefined) return [];
  const asker = request === undefined ? undefined : dialog.sideOf(request);
  // The INVITE that makes the dialog is of its first end.
  const client: Side = asker ?? (success.message?.fromTag === dialog.row.ends[1].tag ? 1 : 0);
  const refresher = value?.refresher === 'uas' ? (client === 0 ? 1 : 0) : client;
  return [{ success, seconds: value?.seconds ?? 0, refresher }];
}
