// One a= line, read where it stands: a call asks for few of its attributes, and keeps all of their lines (RFC 8866 §5.13).
import type { Attribute } from './description.ts';

/** The attribute of a line; undefined when it is another line, or has no name. */
export function attributeOf(line: string): Attribute | undefined {
  if (!line.startsWith('a=')) return undefined;
  const end = nameEnd(line);
  const name = line.slice(2, end).trim();
  if (name === '') return undefined;
  return end === line.length ? { name } : { name, value: line.slice(end + 1) };
}

/** The value of a line when it is the attribute `name`: empty for a flag, undefined when it is something else. */
export function valueOf(line: string, name: string): string | undefined {
  if (!line.startsWith('a=')) return undefined;
  const end = nameEnd(line);
  const isTight = isVisible(line.charCodeAt(2)) && isVisible(line.charCodeAt(end - 1));
  const isIt = isTight
    ? end - 2 === name.length && line.startsWith(name, 2)
    : line.slice(2, end).trim() === name;
  return isIt ? line.slice(end + 1) : undefined;
}

/** The name of a line that is a flag, an attribute without value; undefined when it is something else. */
export function flagOf(line: string): string | undefined {
  return line.startsWith('a=') && !line.includes(':') ? line.slice(2).trim() : undefined;
}

function nameEnd(line: string): number {
  const colon = line.indexOf(':');
  return colon < 0 ? line.length : colon;
}

function isVisible(code: number): boolean {
  return code > 32 && code < 127;
}
