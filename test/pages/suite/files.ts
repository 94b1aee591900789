// What the tests read of the repository's files, in a page: from the server that the page came from.

/** As of node:fs, for files below test/ and packages/. */
export function readFileSync(file: URL | string, encoding?: 'utf8'): Uint8Array | string {
  const bytes = fetched(file);
  return encoding === undefined ? bytes : new TextDecoder().decode(bytes);
}

/** As of node:fs. */
export function readdirSync(folder: URL | string): readonly string[] {
  return JSON.parse(new TextDecoder().decode(fetched(folder))) as readonly string[];
}

// The tests read at once, and so does a page only this way; every byte arrives as a character of its own.
function fetched(file: URL | string): Uint8Array {
  const request = new XMLHttpRequest();
  request.open('GET', file, false);
  request.overrideMimeType('text/plain; charset=x-user-defined');
  request.send();
  if (request.status !== 200) throw new Error(`${file}: ${request.status}`);
  return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
}
