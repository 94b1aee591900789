// A call as JSON: its document and what is said of it, for other programs.
import type { CallDocument } from '../document/document.ts';
import type { Explanation } from '../explain/explanation.ts';

/** One JSON object with `document` and `explanation`, indented by two. */
export function toJson(document: CallDocument, explanation: Explanation): string {
  return `${JSON.stringify({ document, explanation }, undefined, 2)}\n`;
}
