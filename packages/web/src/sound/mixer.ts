// Has several calls hear each other and us: each is sent the microphone and all the others, never itself (P11).
import { WebRtcSession } from '@offhook/sip/browser';
import type { MixerPort, PhoneMedia } from '../model/ports.ts';

/** The browser's mixer. */
export function browserMixer(): MixerPort {
  return {
    mix: async (calls) => {
      const sessions = calls.filter(isSession);
      const context = new AudioContext();
      const microphones = sessions.map(({ localStream }) => sourceOf(context, localStream));
      const voices = sessions.map(({ remoteStream }) => sourceOf(context, remoteStream));
      // One microphone is enough: all calls have the same one.
      const ours = microphones.find((source) => source !== undefined);
      await Promise.all(
        sessions.map(async (session, at) => {
          const target = new MediaStreamAudioDestinationNode(context);
          ours?.connect(target);
          voices.forEach((voice, of) => of !== at && voice?.connect(target));
          await session.substitute(target.stream.getAudioTracks()[0]);
        }),
      );
      return () => {
        for (const session of sessions) void session.substitute(undefined).catch(() => undefined);
        void context.close();
      };
    },
  };
}

function isSession(media: PhoneMedia): media is PhoneMedia & WebRtcSession {
  return media instanceof WebRtcSession;
}

function sourceOf(
  context: AudioContext,
  stream: MediaStream | undefined,
): MediaStreamAudioSourceNode | undefined {
  const tracks = stream?.getAudioTracks() ?? [];
  return tracks.length === 0 ? undefined : context.createMediaStreamSource(new MediaStream(tracks));
}
