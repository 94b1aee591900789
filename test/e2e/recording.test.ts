// A call recorded by the page itself: a stereo file, ours left and theirs right, that the browser gives to its user.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { PagePhone } from '../peers/page-phone.ts';

test.runIf(hasChromium)(
  'A recording is seen while it runs, and is a stereo file of both sides when it is stopped (P25)',
  async () => {
    await using world = new World();
    const microphone = path.join(world.folder, 'tone.wav');
    writeWav(microphone, tone(1_000, 2, 48_000));
    const phone = await PagePhone.open(world, { chromium: { microphone } });
    const { page } = phone.tab;
    await phone.call('Echo');

    await phone.button('Record').click();
    await page.getByRole('status').filter({ hasText: 'Recording' }).waitFor();
    // Three seconds by the clock of the call.
    const time = page.getByRole('timer').first();
    const begun = seconds(await time.innerText());
    await world.until('three seconds', async () => seconds(await time.innerText()) >= begun + 3);

    const downloading = page.waitForEvent('download');
    await phone.button('Stop recording').click();
    const download = await downloading;
    await page.getByRole('status').filter({ hasText: 'Recording saved' }).waitFor();
    expect(download.suggestedFilename()).toBe('Echo.webm');

    const file = readFileSync(await download.path()).toString('base64');
    const { lasted, strongest } = await page.evaluate(decoded, file);
    expect(lasted).toBeGreaterThan(2);
    expect(strongest).toHaveLength(2);
    for (const hertz of strongest) expect(Math.abs(hertz - 1_000)).toBeLessThan(20);
    expect(phone.tab.errors).toEqual([]);
  },
);

function seconds(time: string): number {
  const [minutes = 0, rest = 0] = time.split(':').map(Number);
  return minutes * 60 + rest;
}

/** Length in seconds, and the strongest frequency of each channel from the middle on; runs in the page. */
async function decoded(
  file: string,
): Promise<{ readonly lasted: number; readonly strongest: readonly number[] }> {
  interface Sound {
    readonly duration: number;
    readonly sampleRate: number;
    readonly numberOfChannels: number;
    getChannelData(channel: number): Float32Array;
  }
  const { AudioContext } = globalThis as unknown as {
    readonly AudioContext: new () => { decodeAudioData(bytes: ArrayBuffer): Promise<Sound> };
  };
  const bytes = Uint8Array.from(atob(file), (char) => char.charCodeAt(0));
  const sound = await new AudioContext().decodeAudioData(bytes.buffer);
  const { sampleRate, numberOfChannels, duration } = sound;
  // Rising zero crossings of a pure tone are its frequency.
  const strongest = Array.from({ length: numberOfChannels }, (_, channel) => {
    const samples = sound.getChannelData(channel);
    const from = samples.slice(samples.length / 2, samples.length / 2 + sampleRate / 2);
    let rising = 0;
    for (let at = 1; at < from.length; at += 1)
      if ((from[at - 1] ?? 0) < 0 && (from[at] ?? 0) >= 0) rising += 1;
    return (rising * sampleRate) / from.length;
  });
  return { lasted: duration, strongest };
}
