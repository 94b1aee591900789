// Why a browser gave no microphone, camera or screen, in the few ways that a user can do something about.

/** *denied*: by the user or a policy; *missing*: there is no such device; *busy*: another program has it; *insecure*: the page came by http. */
export type MediaRefusal = 'denied' | 'missing' | 'busy' | 'insecure';

/** What was asked for. */
export type MediaSource = 'microphone' | 'camera' | 'screen';

/** The browser gave no such source. */
export class MediaRefused extends Error {
  override readonly name = 'MediaRefused';
  readonly source: MediaSource;
  readonly refusal: MediaRefusal;

  constructor(source: MediaSource, refusal: MediaRefusal, cause?: unknown) {
    super(`${words[refusal]}: ${source}`, { cause });
    this.source = source;
    this.refusal = refusal;
  }
}

const words: Readonly<Record<MediaRefusal, string>> = {
  denied: 'The browser may not use this',
  missing: 'The browser finds none of this',
  busy: 'Another program uses this',
  insecure: 'Browsers open this only for pages of https: and of this machine',
};

/** A rejection of the browser's as one of ours. */
export function refusalOf(source: MediaSource, error: unknown): MediaRefused {
  if (error instanceof MediaRefused) return error;
  return new MediaRefused(source, kindOf(error instanceof Error ? error.name : ''), error);
}

function kindOf(name: string): MediaRefusal {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'missing';
  }
}
