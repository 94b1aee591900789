// A file of the page as a response: validated, kept by the browser as long as it may, packed where it takes that (RFC 9110 §8.8, §12.5.3).
import type { Context } from 'hono';
import type { Encoding, PageFile, PageFiles } from './files.ts';

/** What is said in place of a page that was not built. */
const notBuilt = 'The phone page is not built.\nNext step: npm start, which builds it\n';

/** Pages by the addresses that people know them by. */
const pages: Readonly<Record<string, string>> = { '/': '/index.html', '/trace': '/trace.html' };

/** What is served beside the API: the built pages, and the captures of the Fault Lab below `/faults/`. */
export interface ServedFiles {
  readonly files: PageFiles;
  readonly faults: PageFiles;
}

/** The file that the path of the request names. */
export async function fileResponse(
  { files, faults }: ServedFiles,
  context: Context,
): Promise<Response> {
  const { path } = context.req;
  const inLab = path.startsWith('/faults/');
  const name = pages[path] ?? path;
  const file = inLab ? await faults.get(name.slice('/faults'.length)) : await files.get(name);
  if (file !== undefined) return send(file, context);
  if (Object.values(pages).includes(name)) return context.text(notBuilt, 503);
  return context.text('There is nothing of this name.\n', 404);
}

async function send(file: PageFile, context: Context): Promise<Response> {
  const encoding = encodingOf(context.req.header('accept-encoding'));
  const packed = encoding === undefined ? undefined : await file.packed(encoding);
  const isPacked = packed !== undefined && encoding !== undefined;
  // RFC 9110 §8.8.3: another form has another validator.
  const etag = isPacked ? file.etag.replace(/"$/, `-${encoding}"`) : file.etag;
  const headers = {
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag,
    vary: 'accept-encoding',
  };
  if (isFresh(context.req.header('if-none-match'), etag)) return context.body(null, 304, headers);
  return context.body(packed ?? file.bytes, 200, {
    ...headers,
    'content-type': file.type,
    ...(isPacked ? { 'content-encoding': encoding } : {}),
  });
}

function encodingOf(accepted = ''): Encoding | undefined {
  const taken = accepted
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => !/;\s*q=0(\.0*)?$/.test(one))
    .map((one) => one.split(';')[0]);
  return (['br', 'gzip'] as const).find((encoding) => taken.includes(encoding));
}

// RFC 9110 §13.1.2: the weak comparison.
function isFresh(given: string | undefined, etag: string): boolean {
  if (given === undefined) return false;
  return given.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
}
