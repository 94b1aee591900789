// Styles of pieces that are loaded later, for the page or the web component that they are shown in.

const sheets = new Map<string, CSSStyleSheet>();

/** Adds the styles once. Sheets that a script makes are outside of style-src; a style element would be refused. */
export function adopt(root: Document | ShadowRoot, text: string): void {
  const sheet = sheets.get(text) ?? new CSSStyleSheet();
  if (!sheets.has(text)) sheet.replaceSync(text);
  sheets.set(text, sheet);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}
