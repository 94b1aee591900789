// In which tone the state of a machine is drawn: waiting, going on, ended well, ended badly, at rest.

/** A tone of a bar; style/lanes.css has its colours. */
export type Tone = 'wait' | 'go' | 'good' | 'bad' | 'rest' | 'early' | 'held' | 'over';

/** The tone of a transaction's state; `status` is that of its final response. */
export function transactionTone(state: string, status: number | undefined): Tone {
  if (state === 'Terminated') return 'over';
  if (state.startsWith('Proceeding')) return 'go';
  if (state.startsWith('Calling') || state === 'Trying') return 'wait';
  if (status === undefined) return 'rest';
  if (status < 300) return 'good';
  // To be asked for credentials is no failure (RFC 3261 §22).
  return status === 401 || status === 407 ? 'rest' : 'bad';
}

/** The tone of a state of ICE or DTLS, as browsers name them. */
export function wayTone(event: string): Tone {
  if (/connected|completed|done/.test(event) && !/dis/.test(event)) return 'good';
  if (/fail|mismatch|conflict/.test(event)) return 'bad';
  return /closed/.test(event) ? 'over' : 'wait';
}

/** The tone of a dialog's or a session's state. */
export function laneTone(state: string): Tone {
  const lower = state.toLowerCase();
  if (/^(?:terminated|ended|over)/.test(lower)) return 'over';
  if (/held|hold/.test(lower)) return 'held';
  if (/^(?:confirmed|active|agreed|resumed)/.test(lower)) return 'good';
  if (/^(?:early|offered|trying|proceeding|settling|unacknowledged)/.test(lower)) return 'early';
  if (/fail|broken/.test(lower)) return 'bad';
  return 'go';
}
