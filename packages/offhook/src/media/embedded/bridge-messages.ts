// What crosses between the main thread and a thread of bridges: commands, replies and events, never packets.
import type { StreamReport } from '@offhook/sip/sdp';
import type { PortRange } from '../port-pair.ts';
import type { LegEvent } from './leg.ts';
import type { LegAgreement, LineMedia } from './leg-agreement.ts';

/** What a leg is told to do. */
export type LegCommand =
  | {
      readonly verb: 'open';
      readonly kind: 'webrtc' | 'rtp';
      readonly host: string;
      readonly advertised: string;
      readonly ports: PortRange;
      readonly media: readonly LineMedia[];
    }
  | { readonly verb: 'agree'; readonly agreement: LegAgreement }
  | { readonly verb: 'restart'; readonly on: boolean }
  /** These two hear each other, and nobody else. */
  | { readonly verb: 'join'; readonly other: number }
  /** A key towards the party. */
  | { readonly verb: 'press'; readonly key: string }
  | { readonly verb: 'statistics' }
  | { readonly verb: 'close' };

/** What happens in a leg. */
export type BridgeEvent =
  | LegEvent
  /** Nothing of the party came for a minute in which it should have been heard. */
  | { readonly name: 'silent' }
  /** Time to tell how its lines stand. */
  | { readonly name: 'counted'; readonly reports: readonly StreamReport[] };
