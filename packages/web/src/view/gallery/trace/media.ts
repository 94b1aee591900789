// Media for the calls of the gallery, whose stage has none: streams with their figures, and what a browser tells.
import type {
  CallDocument,
  NoteDocument,
  ReportDocument,
  StreamDocument,
} from '@offhook/sip/trace';
import type { Played } from './stage.ts';

/** How the media was. */
export interface Talk {
  /** Share that is lost in the middle of the call. */
  readonly loss?: number;
  /** When nothing comes for a second, in milliseconds after the answer. */
  readonly gapAt?: number;
  /** Keys that are pressed. */
  readonly keys?: string;
}

/** Adds media to what was played. */
export class StageMedia {
  #played: Played;

  constructor(played: Played) {
    this.#played = played;
  }

  /** The call with its media. */
  get played(): Played {
    return this.#played;
  }

  /** A stream each way from the answer to the end; only forth while the call is held. */
  talk(talk: Talk): this {
    const { document } = this.#played;
    const forth = stream(document, 1, talk);
    const back = stream(document, 2, { loss: (talk.loss ?? 0) / 9 });
    return this.#with({
      streams: [forth, back],
      sessions: document.sessions.map((session) => ({
        ...session,
        lines: session.lines.map((line) =>
          line.index === 0 ? { ...line, streams: [1, 2] } : line,
        ),
      })),
    });
  }

  /** What a browser tells of ICE, DTLS and its media. */
  browser(): this {
    const { document } = this.#played;
    const answered = document.outcome.answeredAt ?? document.startedAt;
    const [first] = document.parties;
    const note = (
      after: number,
      topic: 'ice' | 'dtls',
      event: string,
      text: string,
    ): NoteDocument => ({
      frame: 9_000 + after,
      at: answered + after,
      party: first?.id,
      leg: 1,
      session: document.sessions[0]?.number,
      topic,
      event,
      text,
      source: undefined,
      destination: undefined,
    });
    const reports = Array.from({ length: 17 }, (_, second): ReportDocument => {
      const bad = second > 11;
      return {
        at: answered + 1_000 + second * 1_000,
        party: first?.id ?? 1,
        session: document.sessions[0]?.number,
        line: 0,
        codec: 'opus',
        sentPackets: 50 * (second + 1),
        receivedPackets: bad ? 600 : 50 * (second + 1),
        lostPackets: bad ? (second - 11) * 24 : 0,
        jitter: bad ? 22 + second : 3 + (second % 3),
        roundTrip: bad ? 240 + second * 9 : 31 + (second % 4) * 2,
        concealed: bad ? 0.4 : 0.01,
        level: bad ? 0.02 : 0.3 + 0.25 * Math.sin(second),
        final: second === 16,
      };
    });
    return this.#with({
      notes: [
        ...document.notes,
        note(3, 'ice', 'checking', 'ICE checks 3 candidate pairs'),
        note(
          64,
          'ice',
          'connected',
          'ICE connected: host 192.0.2.10:51044 with srflx 198.51.100.5:30000',
        ),
        note(131, 'dtls', 'connected', 'DTLS connected as client, fingerprint as in the SDP'),
        note(
          12_400,
          'ice',
          'disconnected',
          'ICE disconnected: no answer to consent checks for 5 s',
        ),
        note(16_800, 'ice', 'failed', 'ICE failed: no pair answers any more'),
      ],
      reports,
    });
  }

  #with(more: Partial<CallDocument>): this {
    this.#played = { ...this.#played, document: { ...this.#played.document, ...more } };
    return this;
  }
}

function stream(
  document: CallDocument,
  id: number,
  { loss = 0, gapAt, keys = '' }: Talk,
): StreamDocument {
  const { outcome, sessions } = document;
  const startedAt = (outcome.answeredAt ?? document.startedAt) + 40 * id;
  const endedAt = (outcome.endedAt ?? document.endedAt) - 30;
  const [session] = sessions;
  const span = session?.lines[0]?.spans[0];
  const [near, far] = id === 1 ? [span?.first, span?.second] : [span?.second, span?.first];
  const dialog = document.dialogs.find(({ number }) => number === session?.dialog);
  const [first, second] = [dialog?.ends[0].party, dialog?.ends[1].party];
  const seconds = Math.max(1, Math.floor((endedAt - startedAt) / 1000));
  const held = session?.lines[0]?.spans.find(({ forth, back }) => !forth || !back);
  const series = Array.from({ length: seconds + 1 }, (_, at) => {
    const time = startedAt + at * 1000;
    const isGap =
      gapAt !== undefined && time >= startedAt + gapAt && time < startedAt + gapAt + 1_000;
    const isHeld =
      held !== undefined && id === 2 && time > held.from && time < (held.to ?? endedAt);
    const share = at > seconds / 4 && at < seconds * 0.7 ? loss : loss / 8;
    const whole = isGap || isHeld ? 0 : at === seconds ? 11 : 50;
    const lost = isGap ? 50 : Math.round(whole * share * (1 + Math.sin(at * 1.7)));
    return {
      at: time,
      packets: Math.max(0, whole - lost),
      lost,
      jitter: 2.4 + Math.abs(Math.sin(at)) * (loss > 0 ? 14 : 1.2),
      level: isGap || isHeld ? undefined : -22 - 18 * Math.abs(Math.sin(at * 0.9 + id)),
    };
  });
  const packets = series.reduce((sum, sample) => sum + sample.packets, 0);
  const lost = series.reduce((sum, sample) => sum + sample.lost, 0);
  const nowhere = { host: '0.0.0.0', port: 0 };
  return {
    id,
    leg: 1,
    session: session?.number,
    line: 0,
    sender: id === 1 ? first : second,
    receiver: id === 1 ? second : first,
    source: near ?? nowhere,
    destination: far ?? nowhere,
    ssrc: 0x1a2b3c00 + id,
    payloadTypes: [0],
    codec: 'PCMU',
    clockRate: 8_000,
    encrypted: false,
    startedAt,
    endedAt,
    firstFrame: 10_000 * id,
    lastFrame: 10_000 * id + packets,
    packets,
    bytes: packets * 172,
    expected: packets + lost,
    lost,
    duplicated: 0,
    reordered: loss > 0 ? 3 : 0,
    late: 0,
    meanJitter: loss > 0 ? 9.3 : 2.9,
    maxJitter: loss > 0 ? 16.4 : 3.6,
    maxDelta: gapAt === undefined ? 31 : 1_020,
    gaps:
      gapAt === undefined
        ? []
        : [{ at: startedAt + gapAt, frame: 10_400, milliseconds: 1_000, lost: 50 }],
    rFactor: loss > 0 ? 61.2 : 91.4,
    mos: loss > 0 ? 3.16 : 4.37,
    silence: 0.31,
    events: keys.split('').map((key, at) => ({
      at: startedAt + 3_000 + at * 900,
      frame: 10_150 + at,
      key,
      milliseconds: 180,
      marker: true,
      ended: true,
    })),
    series,
    report: {
      frame: 10_900,
      fractionLost: loss / 2,
      lost,
      jitter: 3.1,
      roundTrip: 38,
    },
  };
}
