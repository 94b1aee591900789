// The account of the phone: a short-lived token of the server's, asked for again before it is too old; never a password.
import type { Account } from '@offhook/sip';
import type { Page, PhoneConfiguration } from '../ports.ts';

/** A token is not used in its last seconds, in milliseconds. */
const lastMoments = 20_000;

/** The account that `configuration` names. `renewed` gets each fresh configuration. */
export function accountOf(
  configuration: PhoneConfiguration,
  { server, clock }: Page,
  renewed: (fresh: PhoneConfiguration) => void,
): Account {
  let known = configuration;
  const token = async (): Promise<string> => {
    if (clock.wall() > known.tokenExpiresAt - lastMoments) {
      known = await server.configuration();
      renewed(known);
    }
    return known.token;
  };
  const { aor, displayName } = configuration;
  return { aor, displayName, token };
}

/** The SIP address of the server behind a WebSocket address (RFC 7118 §5). */
export function serverUri(webSocket: string): string {
  const found = /^wss?:\/\/([^/?#]+)/i.exec(webSocket);
  const secure = /^wss:/i.test(webSocket);
  const authority = found?.[1] ?? '';
  const hasPort = /:\d+$/.test(authority);
  return `sip:${authority}${hasPort ? '' : secure ? ':443' : ':80'};transport=ws`;
}
