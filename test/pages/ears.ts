// Put into a page before its own script: notes every peer connection, and records what comes in over it.

/** What a test asks of the page. */
interface Ears {
  /** The sample rate, and 16-bit samples in base64: all that was heard. */
  heardUntilNow: () => readonly [rate: number, samples: string];
  /** Packets of sound that came, and that were lost on the way. */
  packetsUntilNow: () => Counts;
}

interface Counts {
  readonly received: number;
  readonly lost: number;
}

const rate = 16_000;
/** The latest counts of each connection: a closed one tells none. */
const counts = new Map<RTCPeerConnection, Counts>();
const parts: Float32Array[] = [];
/** What nobody refers to is collected, and hears no more. */
const kept: AudioNode[] = [];

class Noted extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    const clock = setInterval(() => {
      if (this.connectionState === 'closed') clearInterval(clock);
      else void count(this);
    }, 250);
    this.addEventListener('track', ({ track }) => {
      if (track.kind === 'audio') record(track);
    });
  }
}

async function count(connection: RTCPeerConnection): Promise<void> {
  for (const report of (await connection.getStats()).values()) {
    const { type, kind, packetsReceived, packetsLost } = report as Record<string, unknown>;
    if (type === 'inbound-rtp' && kind === 'audio')
      counts.set(connection, { received: Number(packetsReceived), lost: Number(packetsLost) });
  }
}

function record(track: MediaStreamTrack): void {
  const context = new AudioContext({ sampleRate: rate });
  const listener = context.createScriptProcessor(4096, 1, 1);
  listener.addEventListener('audioprocess', ({ inputBuffer }) => {
    parts.push(inputBuffer.getChannelData(0).slice());
  });
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(listener);
  kept.push(source, listener);
  listener.connect(context.destination);
}

const ears: Ears = {
  heardUntilNow() {
    const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      for (const value of part) {
        samples[at] = Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
        at += 1;
      }
    }
    const bytes = new Uint8Array(samples.buffer);
    let text = '';
    for (let from = 0; from < bytes.length; from += 0x8000)
      text += String.fromCharCode(...bytes.subarray(from, from + 0x8000));
    return [rate, btoa(text)];
  },
  packetsUntilNow() {
    const all = [...counts.values()];
    const sum = (of: keyof Counts): number => all.reduce((total, one) => total + one[of], 0);
    return { received: sum('received'), lost: sum('lost') };
  },
};
Object.assign(globalThis, ears, { RTCPeerConnection: Noted });
