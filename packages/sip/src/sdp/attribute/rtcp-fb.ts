// a=rtcp-fb: feedback that the speaker understands for a payload type (RFC 4585 §4.2).
import { asPayloadType } from '../payload.ts';

/** One kind of feedback. */
export interface RtcpFeedback {
  /** Undefined for all payload types of the line. */
  readonly payloadType: number | undefined;
  /** `nack`, `ccm`, `transport-cc`, … */
  readonly type: string;
  /** Such as `pli`; undefined when there is none. */
  readonly parameter: string | undefined;
}

/** Reads the value of an a=rtcp-fb line; undefined when it is malformed. */
export function parseRtcpFeedback(value: string): RtcpFeedback | undefined {
  const found = /^(\*|\d{1,3}) ([\w-]{1,32})(?: (\S.{0,127}))?$/.exec(value.trim());
  const payloadType = found?.[1] === '*' ? undefined : asPayloadType(found?.[1] ?? '');
  if (found === null || (payloadType === undefined && found[1] !== '*')) return undefined;
  return { payloadType, type: found[2] ?? '', parameter: found[3] };
}
