// Run in a page of another: tells the strongest frequency of what its audio elements play.
import { peakOf } from './listening.ts';

Object.assign(globalThis, { playsNow });

/** What is played for most of a second, in hertz; 0 for silence. */
async function playsNow(): Promise<number> {
  const streams = [...document.querySelectorAll('audio')]
    .map(({ srcObject }) => srcObject)
    .filter((stream) => stream instanceof MediaStream)
    .filter((stream) => stream.getAudioTracks().length > 0);
  return streams.length === 0 ? 0 : await peakOf(streams, 0.9, -70);
}
