// XML as notifications bring it: elements, attributes and text, nothing that leads anywhere. Depth and size are bounded.

/** An element; its name without the prefix of a namespace. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** The text directly inside, with the blanks at its ends cut. */
  readonly text: string;
}

/** Larger documents are not read, in characters; nor deeper ones, nor those of more elements. */
const longest = 200_000;
const deepest = 32;
const mostElements = 5000;

interface Open {
  readonly name: string;
  readonly qualified: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** The root of a document; undefined when it is malformed, too large, or has a document type. */
export function readXml(text: string): XmlElement | undefined {
  if (text.length > longest) return undefined;
  const open: Open[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const between = text.slice(at, next < 0 ? text.length : next);
    const top = open.at(-1);
    if (top !== undefined) top.text += unescaped(between);
    else if (between.trim().replace(/^\uFEFF/, '') !== '') return undefined;
    if (next < 0) break;
    const markup = markupAt(text, next);
    if (markup === undefined) return undefined;
    at = markup.end;
    if (markup.kind === 'skip') continue;
    if (markup.kind === 'characters') {
      if (top !== undefined) top.text += markup.text;
      continue;
    }
    if (markup.kind === 'close') {
      const closed = open.pop();
      if (closed === undefined || closed.qualified !== markup.qualified) return undefined;
      if (open.length === 0) root = closedElement(closed);
      else open.at(-1)?.children.push(closedElement(closed));
      continue;
    }
    elements += 1;
    if ((open.length === 0 && root !== undefined) || open.length >= deepest) return undefined;
    if (elements > mostElements) return undefined;
    const { qualified, attributes } = markup;
    const made: Open = {
      name: localName(qualified),
      qualified,
      attributes,
      children: [],
      text: '',
    };
    if (!markup.empty) open.push(made);
    else if (open.length === 0) root = closedElement(made);
    else open.at(-1)?.children.push(closedElement(made));
  }
  return open.length === 0 ? root : undefined;
}

/** The first child of that name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((one) => one.name === name);
}

/** All children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

type Markup =
  | { readonly kind: 'skip'; readonly end: number }
  | { readonly kind: 'characters'; readonly end: number; readonly text: string }
  | { readonly kind: 'close'; readonly end: number; readonly qualified: string }
  | {
      readonly kind: 'open';
      readonly end: number;
      readonly qualified: string;
      readonly attributes: ReadonlyMap<string, string>;
      readonly empty: boolean;
    };

function markupAt(text: string, at: number): Markup | undefined {
  const until = (mark: string, from: number): number => {
    const found = text.indexOf(mark, from);
    return found < 0 ? -1 : found + mark.length;
  };
  const skipped = (end: number): Markup | undefined =>
    end < 0 ? undefined : { kind: 'skip', end };
  if (text.startsWith('<!--', at)) return skipped(until('-->', at + 4));
  if (text.startsWith('<?', at)) return skipped(until('?>', at + 2));
  if (text.startsWith('<![CDATA[', at)) {
    const end = until(']]>', at + 9);
    return end < 0 ? undefined : { kind: 'characters', end, text: text.slice(at + 9, end - 3) };
  }
  // A document type could define entities, and nothing that we read has one.
  if (text.startsWith('<!', at)) return undefined;
  if (text.startsWith('</', at)) {
    const end = until('>', at);
    if (end < 0) return undefined;
    return { kind: 'close', end, qualified: text.slice(at + 2, end - 1).trim() };
  }
  return openingAt(text, at);
}

function openingAt(text: string, at: number): Markup | undefined {
  const name = /[^\s/>='"<]+/y;
  name.lastIndex = at + 1;
  const qualified = name.exec(text)?.[0];
  if (qualified === undefined) return undefined;
  const attributes = new Map<string, string>();
  const attribute = /\s+([^\s=/>'"<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
  let end = name.lastIndex;
  for (;;) {
    attribute.lastIndex = end;
    const found = attribute.exec(text);
    if (found === null) break;
    end = attribute.lastIndex;
    attributes.set(localName(found[1] ?? ''), unescaped(found[2] ?? found[3] ?? ''));
  }
  const rest = /\s*(\/?)>/y;
  rest.lastIndex = end;
  const closing = rest.exec(text);
  if (closing === null) return undefined;
  return { kind: 'open', end: rest.lastIndex, qualified, attributes, empty: closing[1] === '/' };
}

function closedElement({ name, attributes, children, text }: Open): XmlElement {
  return { name, attributes, children, text: text.trim() };
}

function localName(qualified: string): string {
  return qualified.slice(qualified.indexOf(':') + 1);
}

const entities: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (all, name: string) => {
    if (!name.startsWith('#')) return Object.hasOwn(entities, name) ? (entities[name] ?? all) : all;
    const code = /^#x/i.test(name)
      ? Number.parseInt(name.slice(2), 16)
      : Number.parseInt(name.slice(1), 10);
    return code > 0 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff)
      ? String.fromCodePoint(code)
      : '\uFFFD';
  });
}
