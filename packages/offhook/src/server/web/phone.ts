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
  /** What the browser subscribes for at its push service (RFC 8292 §4.1). */
  readonly pushKey: string;
  /** True where the guided call of the article may be asked for. */
  readonly guided: boolean;
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
  /** What it does; empty for a person. */
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
  readonly pushKey: string;
  readonly product: string;
}

/** A page that is somebody's phone. */
export interface Page {
  readonly user: string;
  /** The other users, for its directory. */
  readonly others: readonly string[];
  /** Host and port at which it reached us. */
  readonly host: string;
  readonly isSecure: boolean;
  /** A person at this machine looks at it. */
  readonly isHere: boolean;
}

/** The configuration of a page. */
export function phoneConfiguration(
  { domain, tokens, iceServers, pushKey, product }: PhoneOptions,
  { user, others, host, isSecure, isHere }: Page,
): PhoneConfiguration {
  const { text, expires } = tokens.issue(user, domain);
  const uri = (name: string): string =>
    `sip:${name}@${domain.includes(':') ? `[${domain}]` : domain}`;
  return {
    aor: uri(user),
    displayName: shownName(user),
    domain,
    token: text.reveal(),
    tokenExpiresAt: expires,
    webSocket: `${isSecure ? 'wss' : 'ws'}://${host}/`,
    iceServers: iceServers({ user, host: host.replace(/:\d+$/, '') }),
    directory: [
      { uri: uri('echo'), name: 'Echo', says: 'sends your voice back' },
      { uri: uri('bob'), name: 'Bob', says: 'answers and speaks; key 1 holds you, 2 hangs up' },
      ...others
        .slice(0, longestDirectory)
        .map((name) => ({ uri: uri(name), name: shownName(name), says: '' })),
    ],
    pushKey,
    guided: isHere,
    product,
  };
}

const longestDirectory = 500;

function shownName(user: string): string {
  return user.charAt(0).toUpperCase() + user.slice(1);
}
