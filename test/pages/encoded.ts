// What a page's peer connections send and receive as it is encoded, and which codecs they may use: for tests of what lies between.

/** Payloads of audio in the order in which they went and came, in hexadecimal. */
export interface EncodedAudio {
  readonly sent: readonly string[];
  readonly received: readonly string[];
}

/** What Chromium has besides. */
interface Encoded {
  createEncodedStreams(): {
    readonly readable: ReadableStream<{ readonly data: ArrayBuffer }>;
    readonly writable: WritableStream<unknown>;
  };
}

const sent: string[] = [];
const received: string[] = [];

/** All that went and came so far. */
export function encodedAudio(): EncodedAudio {
  return { sent, received };
}

/** From now on peer connections that are made use only these codecs for audio, and note what they send and receive. */
export function watchEncoded(codecs: readonly string[]): void {
  const Plain = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Plain {
    constructor(configuration?: RTCConfiguration) {
      super({ ...configuration, ...{ encodedInsertableStreams: true } });
    }

    override addTransceiver(
      track: MediaStreamTrack | string,
      init?: RTCRtpTransceiverInit,
    ): RTCRtpTransceiver {
      const made = super.addTransceiver(track, init);
      const { codecs: all } = RTCRtpReceiver.getCapabilities('audio') ?? { codecs: [] };
      const wanted = [...codecs, 'telephone-event'].map((name) => `audio/${name}`.toLowerCase());
      made.setCodecPreferences(
        wanted.flatMap((name) => all.filter(({ mimeType }) => mimeType.toLowerCase() === name)),
      );
      note(made.sender, sent);
      note(made.receiver, received);
      return made;
    }
  };
}

function note(end: RTCRtpSender | RTCRtpReceiver, into: string[]): void {
  // The boundary where what only Chromium has gets its type.
  const { readable, writable } = (end as unknown as Encoded).createEncodedStreams();
  const noting = new TransformStream<{ readonly data: ArrayBuffer }, unknown>({
    transform(frame, controller) {
      const octets = Array.from(new Uint8Array(frame.data), (octet) =>
        octet.toString(16).padStart(2, '0'),
      );
      into.push(octets.join(''));
      controller.enqueue(frame);
    },
  });
  void readable.pipeThrough(noting).pipeTo(writable);
}
