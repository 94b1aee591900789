// A state of ours at a server, as an application sees it (RFC 3903).
import { SipError } from '../message/errors.ts';
import type { Publication } from '../subscription/publication.ts';

/** A published state; taken away with `close`, or by leaving its `await using`. */
export class Published implements AsyncDisposable {
  /** The server has it; rejects with SIP_REJECTED or SIP_AUTH when it will not, SIP_CANCELLED when it was closed before. */
  readonly published: Promise<{ readonly expiresSeconds: number }>;
  /** Resolves when it is over; never rejects. */
  readonly ended: Promise<void>;
  readonly #publication: Publication;

  constructor(publication: Publication) {
    this.#publication = publication;
    this.published = new Promise((resolve, reject: (error: SipError) => void) => {
      publication.events.on('published', resolve);
      publication.events.on('refused', reject);
      publication.events.on('ended', () => reject(new SipError('SIP_CANCELLED')));
    });
    // Whoever does not wait is told by the end.
    this.published.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      publication.events.on('ended', () => resolve());
    });
  }

  /** Publishes another state in its place. */
  update(body: Uint8Array | string, contentType: string): void {
    this.#publication.update({ body, contentType });
  }

  /** Takes it away; resolves when the server knows, or cannot be told. */
  close(): Promise<void> {
    this.#publication.remove();
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
