// Text for a page: everything from the network is written so that it is nothing but text.
import { harmless } from '../explain/show.ts';

/** Text between tags and in quoted attributes, with what could steer a terminal or turn a line shown as an escape. */
export function html(text: string): string {
  return marked(harmless(text, true));
}

/** The same of a text of several lines, such as a whole message. */
export function htmlLines(text: string): string {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => marked(harmless(line.replaceAll('\t', ' '), true)))
    .join('\n');
}

function marked(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}
