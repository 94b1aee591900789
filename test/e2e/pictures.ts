// Whether a page shows moving pictures.
import type { Locator } from 'playwright-core';

/** Waits until pictures move in the element. */
export async function seen(video: Locator): Promise<void> {
  await video.waitFor({ timeout: 20_000 });
  await video.evaluate(
    (element) =>
      new Promise<void>((resolve) => {
        const film = element as unknown as {
          requestVideoFrameCallback(listener: () => void): void;
        };
        film.requestVideoFrameCallback(() => resolve());
      }),
    undefined,
    { timeout: 20_000 },
  );
}
