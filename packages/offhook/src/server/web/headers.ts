// The headers that every response carries: a page of ours runs our code alone, and in no other page.

/** What the headers depend on. */
export interface HeaderWish {
  /** Host and port that the browser asked for, which are ours. */
  readonly host: string;
  readonly isSecure: boolean;
  /** Browsers are told to come by HTTPS alone; only with a certificate that they trust. */
  readonly isStrict: boolean;
}

/** The headers of a response. */
export function safeHeaders({ host, isSecure, isStrict }: HeaderWish): Record<string, string> {
  return {
    'content-security-policy': contentPolicy(`${isSecure ? 'wss' : 'ws'}://${host}`),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'microphone=(self), camera=(self), display-capture=(self), geolocation=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(isStrict ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

// The WebSocket is named since not every browser counts it among 'self'.
function contentPolicy(webSocket: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src 'self' ${webSocket}`,
    "img-src 'self' data:",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}
