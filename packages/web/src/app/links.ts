// `tel:` and `sip:` links of other pages, and what the address of this one asks for.

/** What the part of the address behind `#` asks for. */
export interface Asked {
  /** The token of a provisioning link: `#join=…`. */
  readonly join: string | undefined;
  /** Whom to dial: `#call=sip:bob@example.com`. */
  readonly call: string | undefined;
}

/** Reads it, and takes it out of the address: a token is not to stay in the history. */
export function askedByAddress(): Asked {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has('join') || asked.has('call'))
    history.replaceState(null, '', location.pathname + location.search);
  return { join: asked.get('join') ?? undefined, call: asked.get('call') ?? undefined };
}

/** Offers this page to the browser as the phone for `tel:` and `sip:` links. */
export function offerForLinks(): void {
  for (const scheme of ['tel', 'sip']) {
    try {
      navigator.registerProtocolHandler?.(scheme, `${location.origin}/#call=%s`);
    } catch {
      // Browsers take only the schemes that they know, and only from pages they trust.
    }
  }
}
