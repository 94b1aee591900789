// Captures as browsers hold them: files that were chosen or dropped, and what a server sent. Read in pieces, unpacked on the way.
import { isKeyLog } from '@offhook/sip/trace';
import type { CaptureFile } from '../../model/trace/ask.ts';
import type { CapturePiece } from '../../model/trace/file-walk.ts';

/** A capture with its bytes, which stay where they are until they are read. */
export interface BlobFile extends CaptureFile {
  readonly blob: Blob;
}

/** A chosen file, or what came under `name`. */
function captureFile(blob: Blob, name: string): BlobFile {
  return { name, size: blob.size, blob };
}

/** Files that were chosen or dropped, each told apart as a capture or as keys by its beginning. */
export async function chosenFiles(files: readonly File[]): Promise<readonly BlobFile[]> {
  return await Promise.all(files.map((file) => toldFile(file, file.name)));
}

/** What came under `name`, told apart so. */
export async function toldFile(blob: Blob, name: string): Promise<BlobFile> {
  const head = new Uint8Array(await blob.slice(0, headLength).arrayBuffer());
  return { ...captureFile(blob, name), isKeyLog: isKeyLog(head) };
}

/** Octets that tell a key log, or a private key. */
const headLength = 4_096;

/** The bytes of a capture in pieces; one that is packed with gzip (RFC 1952) is unpacked. */
export async function* bytesOf(file: CaptureFile): AsyncGenerator<CapturePiece> {
  const blob = blobOf(file);
  let read = 0;
  const counted = blob.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform: (bytes, controller) => {
        read += bytes.length;
        controller.enqueue(bytes);
      },
    }),
  );
  const stream = (await isPacked(blob))
    ? counted.pipeThrough(new DecompressionStream('gzip'))
    : counted;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield { bytes: value, read };
    }
  } finally {
    // What is not wanted any more is not read on.
    await reader.cancel().catch(() => undefined);
  }
}

// The first two octets of every gzip file (RFC 1952).
async function isPacked(blob: Blob): Promise<boolean> {
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  return first === 0x1f && second === 0x8b;
}

function blobOf(file: CaptureFile): Blob {
  const blob: unknown = Reflect.get(file, 'blob');
  if (blob instanceof Blob) return blob;
  throw new TypeError(`${file.name} is no file of this page`);
}
