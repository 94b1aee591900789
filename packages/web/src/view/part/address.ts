// Addresses as people read them.

/** `sip:bob@example.com` as `bob@example.com`, `tel:+1…` as the number. */
export function shownAddress(address: string): string {
  return address.replace(/^(?:sips?|tel):/i, '');
}
