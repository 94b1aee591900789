// What a page needs to be a phone: who it is, its token, where to connect, and whom it may call.
import type { Tokens } from '../token/tokens.ts';

/** The answer of `GET /api/phone`. */
export interface PhoneConfiguration {
  /** `sip:phone@127.0.0.1` */
  readonly aor: string;
  readonly displayName: string;
  readonly domain: string;
  /** Proves who the page is, for SIP over its WebSocket (RFC 8898). */
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly tokenExpiresAt: number;
  readonly webSocket: string;
  readonly iceServers: readonly IceServer[];
  readonly directory: readonly DirectoryEntry[];
  readonly product: string;
}

/** A STUN or TURN server as RTCPeerConnection takes it. */
export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

/** Somebody to call. */
export interface DirectoryEntry {
  readonly uri: string;
  readonly name: string;
  readonly says: string;
}

/** What configurations are made of. */
export interface PhoneOptions {
  readonly domain: string;
  readonly tokens: Tokens;
  /** For the phone of a user who reached us at this name or address, IPv6 in brackets. */
  readonly iceServers: (phone: {
    readonly user: string;
    readonly host: string;
  }) => readonly IceServer[];
  readonly product: string;
}

/** The configuration of the page of `user`, which reached us at `host`. */
export function phoneConfiguration(
  { domain, tokens, iceServers, product }: PhoneOptions,
  { user, host, isSecure }: { readonly user: string; readonly host: string; isSecure: boolean },
): PhoneConfiguration {
  const { text, expires } = tokens.issue(user, domain);
  const uri = (name: string): string =>
    `sip:${name}@${domain.includes(':') ? `[${domain}]` : domain}`;
  return {
    aor: uri(user),
    displayName: user.charAt(0).toUpperCase() + user.slice(1),
    domain,
    token: text.reveal(),
    tokenExpiresAt: expires,
    webSocket: `${isSecure ? 'wss' : 'ws'}://${host}/`,
    iceServers: iceServers({ user, host: host.replace(/:\d+$/, '') }),
    directory: [
      { uri: uri('echo'), name: 'Echo', says: 'sends your voice back' },
      { uri: uri('bob'), name: 'Bob', says: 'answers and speaks; key 1 holds you, 2 hangs up' },
    ],
    product,
  };
}
