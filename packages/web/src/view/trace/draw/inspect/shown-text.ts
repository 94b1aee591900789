// Texts of others as they can be shown: latin1 octets read as UTF-8, and what no eye sees made visible.

/** Controls besides line ends and tabs, and the marks that turn the direction of what follows. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const unseen =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** `text`, whose characters are octets, as it is shown. */
export function shownText(text: string): string {
  const octets = Uint8Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
  return new TextDecoder()
    .decode(octets)
    .replaceAll(
      unseen,
      (letter) => `\\u${(letter.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    );
}
