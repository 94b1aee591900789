// A person as two letters on a colour that stays theirs.
import type { ComponentChild, ComponentChildren } from 'preact';

/** The face of somebody called `name`. */
export function Avatar({
  name,
  children,
}: {
  readonly name: string;
  readonly children?: ComponentChildren;
}): ComponentChild {
  return (
    <span class="avatar" style={{ '--hue': hueOf(name) }} aria-hidden="true">
      {initials(name)}
      {children}
    </span>
  );
}

/** One letter or two: of the first word and of the last; `#` for a bare number. */
export function initials(name: string): string {
  const words = name.split(/[\s._@-]+/).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  if (first === undefined || /^\d/.test(first)) return '#';
  const letter = (word: string | undefined): string =>
    word === undefined || !/^\p{L}/u.test(word)
      ? ''
      : String.fromCodePoint(word.codePointAt(0) ?? 0x23).toLocaleUpperCase();
  return letter(first) + (name.includes('@') ? '' : letter(last));
}

/** Degrees on the colour circle. */
function hueOf(name: string): string {
  let sum = 7;
  for (const char of name.slice(0, 64)) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 3_600;
  return String(sum % 360);
}
