// Texts of others as they can be shown: latin1 octets read as UTF-8, and what no eye sees made visible.

/** Controls besides line ends and tabs, and the marks that turn the direction of what follows. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const unseen =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** `octets`, a message as latin1 text, as it is shown. */
export function shownText(octets: string): string {
  const bytes = Uint8Array.from(octets, (letter) => letter.codePointAt(0) ?? 0);
  return visibleText(new TextDecoder().decode(bytes));
}

/** `text` with a name for each letter that is not seen. */
export function visibleText(text: string): string {
  return text.replaceAll(
    unseen,
    (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
