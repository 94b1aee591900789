// What a held party hears: a quiet tune in place of our microphone (P7).
import { WebRtcSession } from '@offhook/sip/browser';
import type { HoldMusicPort } from '../model/ports.ts';
import { playNote } from './note.ts';
import { secondsOf, tones } from './tones.ts';

const rate = 48_000;

/** The browser's music on hold. */
export function browserHoldMusic(): HoldMusicPort {
  return {
    play: (media) => {
      if (!(media instanceof WebRtcSession)) return () => undefined;
      const context = new AudioContext({ sampleRate: rate });
      const target = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
      void tune().then((buffer) => {
        if (context.state === 'closed') return;
        const source = new AudioBufferSourceNode(context, { buffer, loop: true });
        source.connect(target);
        source.start();
      });
      void media.substitute(target.stream.getAudioTracks()[0]).catch(() => undefined);
      return () => {
        void media.substitute(undefined).catch(() => undefined);
        void context.close();
      };
    },
  };
}

let rendered: Promise<AudioBuffer> | undefined;

// Rendered once: a loop without timers goes on in a page that nobody looks at.
function tune(): Promise<AudioBuffer> {
  rendered ??= render();
  return rendered;
}

function render(): Promise<AudioBuffer> {
  const tone = tones['hold music'];
  const context = new OfflineAudioContext(1, Math.round(secondsOf(tone) * rate), rate);
  const volume = new GainNode(context, { gain: 0.35 });
  volume.connect(context.destination);
  for (const note of tone.notes) playNote(note, volume, note.at);
  return context.startRendering();
}
