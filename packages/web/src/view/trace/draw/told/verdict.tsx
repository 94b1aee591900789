// The verdict: four sentences with their frames, and how sure they are.
import type { ComponentChild } from 'preact';
import type { Certainty, Sentence } from '@offhook/sip/trace';
import { Proven } from '../part/frame-link.tsx';
import { useSubject } from '../part/subject.ts';

/** The verdict of the subject. */
export function VerdictCard(): ComponentChild {
  const { explanation, isLive } = useSubject();
  const { verdict } = explanation;
  // A call that goes on well has no verdict yet.
  const goesOn = isLive && verdict.finding === undefined;
  const isBad = verdict.finding?.severity === 'fault';
  return (
    <section class="verdict-card" data-bad={isBad} aria-label="Verdict">
      <p class="happened">
        {goesOn ? <span class="certainty">live</span> : <CertaintyBadge of={verdict.certainty} />}
        <Proven of={verdict.happened} />
      </p>
      {!goesOn && (
        <dl class="because">
          <Because name="Why" of={verdict.why} />
          <Because name="Whose side" of={verdict.whose} />
          <Because name="What to do" of={verdict.todo} />
          {verdict.wanted !== undefined && (
            <div>
              <dt>To know more</dt>
              <dd>
                <bdi>{verdict.wanted}</bdi>
              </dd>
            </div>
          )}
        </dl>
      )}
    </section>
  );
}

function Because({ name, of }: { readonly name: string; readonly of: Sentence }): ComponentChild {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Proven of={of} />
      </dd>
    </div>
  );
}

const meanings: Readonly<Record<Certainty, string>> = {
  recorded: 'Told by an endpoint of the call itself',
  inferred: 'Found by matching messages as the RFCs do',
  'cannot tell from here': 'What is needed to know was not seen',
};

/** How sure a sentence is. */
export function CertaintyBadge({ of }: { readonly of: Certainty }): ComponentChild {
  return (
    <span class="certainty" data-certainty={of.split(' ')[0]} title={meanings[of]}>
      {of}
    </span>
  );
}
