// Text in a SIPp scenario: XML around, and SIPp's own brackets within.

/** Text from the network in a message of SIPp: no bracket of its is a keyword, no byte of its ends the XML. */
export function literal(text: string): string {
  return (
    text
      .replaceAll(/[^\x20-\x7e\t]/g, '?')
      // It knows bytes as \x41; a backslash before a bracket it does not heed.
      .replaceAll('\\', '\\x5c')
      .replaceAll('[', '\\x5b')
      .replaceAll(']]>', '] ]>')
  );
}

/** Text in an attribute or a comment of XML. */
export function attribute(text: string): string {
  return text
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .replaceAll(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replaceAll('--', '- -');
}
