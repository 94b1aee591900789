// One push message on its way to its push service, over HTTPS (RFC 8030 §5).
import type { Clock } from '@offhook/sip';

/** A message and where it goes. */
export interface PushPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** How long a push service may take, in milliseconds. */
const patience = 10_000;

/** Sends a message and gives the status of the answer, whose words nobody needs. Rejects when there is none in time. */
export async function sendPush({ url, headers, body }: PushPost, clock: Clock): Promise<number> {
  const controller = new AbortController();
  const timer = clock.after(patience, () => controller.abort());
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: body ?? null,
      // Where it says to go next was not judged.
      redirect: 'manual',
      signal: controller.signal,
    });
    await response.body?.cancel();
    return response.status;
  } finally {
    timer.cancel();
  }
}
