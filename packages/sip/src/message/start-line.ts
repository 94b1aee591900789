// The first line of a message (RFC 3261 §7.1, §7.2).
import type { MessageLimits } from './limits.ts';
import { problem } from './problem.ts';
import type { MessageProblem } from './problem.ts';
import { digitsEnd, saysAt, tokenEnd } from './scan.ts';
import { foundHeaders, scanUri } from './uri.ts';

/** A request line; `wrong` says why it cannot be taken. */
export interface RequestLine {
  readonly kind: 'request';
  readonly method: string;
  readonly wrong: MessageProblem | undefined;
}

/** A status line; `wrong` says why it cannot be taken. */
export interface StatusLine {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly wrong: MessageProblem | undefined;
}

/** Either of them. */
export type StartLine = RequestLine | StatusLine;

/** Reads the line of `text` that ends at `end`; undefined when it is neither a request line nor a status line. */
export function readStartLine(
  text: string,
  end: number,
  limits: MessageLimits,
): StartLine | undefined {
  const first = text.charCodeAt(0);
  if ((first === 83 || first === 115) && saysAt(text, 0, 'sip/')) return readStatusLine(text, end);
  const methodEnd = tokenEnd(text, 0);
  if (methodEnd === 0 || methodEnd >= end || text.charCodeAt(methodEnd) !== 32) return undefined;
  const method = text.slice(0, methodEnd);
  return { kind: 'request', method, wrong: requestFault(text, methodEnd, end, limits) };
}

function requestFault(
  text: string,
  methodEnd: number,
  end: number,
  limits: MessageLimits,
): MessageProblem | undefined {
  if (end > limits.row) return problem('SIP_TOO_LARGE', 'The request line is too long', 414);
  const versionAt = saysAt(text, end - 8, ' SIP/2.0') ? end - 7 : text.lastIndexOf(' ', end) + 1;
  // RFC 3261 §7.1: exactly one space between the three parts, and none after them.
  if (versionAt <= methodEnd + 1) return problem('SIP_PARSE', 'The request line has no version');
  if (!isVersion2(text, versionAt, end)) {
    return isOtherVersion(text, versionAt, end)
      ? problem('SIP_VERSION')
      : problem('SIP_PARSE', 'The request line does not end in SIP/2.0');
  }
  if (!scanUri(text, methodEnd + 1, versionAt - 1)) {
    return problem('SIP_PARSE_URI', 'The Request-URI is malformed');
  }
  // RFC 3261 §19.1.1 table 1: a Request-URI has no headers.
  return foundHeaders() ? problem('SIP_PARSE_URI', 'The Request-URI has headers') : undefined;
}

function isVersion2(text: string, at: number, end: number): boolean {
  return end - at === 7 && saysAt(text, at, 'SIP/2.0');
}

function isOtherVersion(text: string, at: number, end: number): boolean {
  if (!saysAt(text, at, 'sip/')) return false;
  const dot = digitsEnd(text, at + 4);
  return (
    dot > at + 4 && text.charCodeAt(dot) === 46 && dot + 1 < end && digitsEnd(text, dot + 1) === end
  );
}

function readStatusLine(text: string, end: number): StatusLine {
  const statusAt = text.indexOf(' ') + 1;
  const status = Number(text.slice(statusAt, statusAt + 3));
  const reason = text.slice(Math.min(statusAt + 4, end), end);
  const line: StatusLine = { kind: 'response', status, reason, wrong: undefined };
  if (statusAt === 0 || statusAt > end || !isVersion2(text, 0, statusAt - 1)) {
    return {
      ...line,
      wrong: problem('SIP_VERSION', 'The status line does not begin with SIP/2.0'),
    };
  }
  const after = text.charCodeAt(statusAt + 3);
  const threeDigits =
    digitsEnd(text, statusAt) === statusAt + 3 && (after === 32 || statusAt + 3 === end);
  if (!threeDigits || status < 100 || status > 699) {
    return { ...line, wrong: problem('SIP_PARSE', 'The status is not one of 100 to 699') };
  }
  return line;
}
