// WebRTC as the media of calls: `media: webRtc()` for a user agent in a page (RFC 8829, 8834, 8835).
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { systemRandom } from '../base/random.ts';
import type { Random } from '../base/random.ts';
import { WebRtcSession } from './web-rtc-session.ts';

/** How the media of calls is set up in a page. */
export interface WebRtcOptions {
  /** STUN and TURN servers; without any, calls reach only what the page's own addresses reach. */
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  /** How long an offer waits for addresses, in milliseconds; 200 unless said. A server that is dead delays a call no longer. */
  readonly gatherMilliseconds?: number | undefined;
  /** How the microphone is asked for, its device among it. */
  readonly audio?: MediaTrackConstraints | undefined;
  /** `relay` hides our addresses from the peer behind a TURN server. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined;
  /** How often what was counted is told, in milliseconds; 5 seconds unless said. */
  readonly reportMilliseconds?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Hears of listeners that throw. */
  readonly log?: Logger | undefined;
}

/** The media engine of a page. */
export interface WebRtcEngine {
  /** The media of one new call; the microphone is opened when the first offer or answer is made. */
  open(): WebRtcSession;
}

/** Makes the engine. */
export function webRtc(options: WebRtcOptions = {}): WebRtcEngine {
  const {
    iceServers = [],
    gatherMilliseconds = 200,
    reportMilliseconds = 5_000,
    clock = systemClock,
    random = systemRandom,
    iceTransportPolicy = 'all',
    audio,
    log,
  } = options;
  const configuration: RTCConfiguration = { iceServers: [...iceServers], iceTransportPolicy };
  return {
    open: () =>
      new WebRtcSession({
        ...{ configuration, gatherMilliseconds, reportMilliseconds, clock, random, audio, log },
      }),
  };
}
