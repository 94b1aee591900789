// How ICE and DTLS of a session went: a bar each, from state to state.
import type { ComponentChild } from 'preact';
import type { NoteDocument, SessionDocument, StateSpan } from '@offhook/sip/trace';
import { useSubject } from '../part/subject.ts';
import { StateBars, statesText } from './bar.tsx';
import { LaneRow } from './lane-row.tsx';
import { wayTone } from './tone.ts';

const names = { ice: 'ICE', dtls: 'DTLS' } as const;
const bar = 13;

/** The ways of session `of`, as `notes` tell; nothing when none does. */
export function WayRow({
  of,
  notes,
}: {
  readonly of: SessionDocument;
  readonly notes: readonly NoteDocument[];
}): ComponentChild {
  const { document } = useSubject();
  const end = of.states.findLast(({ state }) => /ended|terminated/i.test(state))?.from;
  const ways = (['ice', 'dtls'] as const).flatMap((topic) => {
    const states = spansOf(
      notes.filter((note) => note.topic === topic),
      end,
    );
    return states.length === 0 ? [] : [{ name: names[topic], states }];
  });
  if (ways.length === 0) return undefined;
  return (
    <LaneRow
      choice={{ lane: 'S', number: of.number }}
      text={ways
        .map(({ name, states }) => `${name}: ${statesText(states, document.startedAt)}`)
        .join('; ')}
      height={4 + ways.length * (bar + 3)}
      label={
        <span class="media-label">
          {ways.map(({ name, states }) => (
            <span key={name} class="lane-note cut">
              {name} <b>{states.at(-1)?.state}</b>
            </span>
          ))}
        </span>
      }
      card={
        <dl class="facts">
          {notes.map((note) => [
            <dt key={note.frame}>{note.topic === 'ice' ? 'ICE' : 'DTLS'}</dt>,
            <dd key={`${note.frame}=`}>
              <bdi>{note.text}</bdi>
            </dd>,
          ])}
        </dl>
      }
    >
      {ways.map(({ name, states }, at) => (
        <StateBars
          key={name}
          states={states}
          y={3 + at * (bar + 3)}
          height={bar}
          toneOf={wayTone}
        />
      ))}
    </LaneRow>
  );
}

/** Each event lasts until the next one, and the last one until the session ends. */
function spansOf(notes: readonly NoteDocument[], end: number | undefined): readonly StateSpan[] {
  return notes.map(({ event, at }, place) => ({
    state: event,
    from: at,
    to: notes[place + 1]?.at ?? end,
    event: undefined,
  }));
}
