// What a call's signals come to on the screen: its mood, and the words for how it stands.
import type { PhoneCall } from '../../model/call.ts';
import { duration } from '../part/time.ts';
import type { Words } from '../../words/words.ts';

/** How the stage looks: it rings, one talks, something waits, something went wrong, it is quiet. */
export type Mood = 'ringing' | 'up' | 'waiting' | 'bad' | 'quiet';

/** The mood of `call`. */
export function moodOf(call: PhoneCall): Mood {
  const phase = call.phase.value;
  switch (phase.is) {
    case 'calling':
    case 'ringing there':
    case 'ringing here':
      return 'ringing';
    case 'mending':
      return 'waiting';
    case 'over':
      return call.trouble.value === undefined ? 'quiet' : 'bad';
    case 'ending':
      return 'quiet';
    case 'answering':
    case 'up':
      return call.hold.value === 'held' || call.heldByThem.value ? 'waiting' : 'up';
  }
}

/** How `call` stands in words: what is said aloud when it changes. */
export function stateOf(words: Words, call: PhoneCall): string {
  const { labels, sentences } = words;
  const { name } = call.with.value;
  const phase = call.phase.value;
  switch (phase.is) {
    case 'calling':
      return sentences.calling(name);
    case 'ringing there':
      return sentences.ringingThere(name);
    case 'ringing here':
      return sentences.ringingHere(name);
    case 'answering':
      return labels.answering;
    case 'mending':
      return labels.mending;
    case 'ending':
      return labels.ending;
    case 'over':
      return phase.how === 'transferred'
        ? sentences.transferred(transferredTo(call) ?? name)
        : sentences.callEnded(duration(phase.seconds * 1000));
    case 'up':
      return standing(words, call, name);
  }
}

function standing({ labels, sentences }: Words, call: PhoneCall, name: string): string {
  const transfer = call.transfer.value;
  if (transfer.is === 'asked') return sentences.transferAsked(transfer.to.name);
  if (transfer.is === 'ringing') return sentences.transferRinging(transfer.to.name);
  switch (call.hold.value) {
    case 'holding':
      return labels.holding;
    case 'held':
      return labels.held;
    case 'resuming':
      return labels.resuming;
    case 'off':
      if (call.heldByThem.value) return sentences.heldByThem(name);
      return call.joined.value ? labels.joined : sentences.upWith(name);
  }
}

function transferredTo(call: PhoneCall): string | undefined {
  const transfer = call.transfer.value;
  return transfer.is === 'none' ? undefined : transfer.to.name;
}

/** True while people can talk in it, or could if it were not held. */
export function isUp(call: PhoneCall): boolean {
  const { is } = call.phase.value;
  return is === 'up' || is === 'mending';
}

/** Since when it is up, as a running time; empty before. */
export function runningTime(call: PhoneCall, now: number): string {
  const phase = call.phase.value;
  return phase.is === 'up' || phase.is === 'mending' ? duration(now - phase.since) : '';
}
