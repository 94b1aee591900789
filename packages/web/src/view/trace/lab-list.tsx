// The Fault Lab: labelled captures of everything that goes wrong, to open with one press.
import { FlaskConical } from 'lucide';
import type { ComponentChild } from 'preact';
import { Icon } from '../part/icon.tsx';
import { InEnglish } from './part/in-english.tsx';
import { useTrace } from './trace-world.ts';

/** The captures of the lab, by fault. */
export function LabList(): ComponentChild {
  const { words, lab } = useTrace();
  return (
    <section class="lab" aria-labelledby="lab-title">
      <h2 class="title" id="lab-title">
        <Icon of={FlaskConical} />
        {words.labels.lab}
      </h2>
      <ul class="lab-list">
        {lab.faults.value.map(({ fault, rule, variants }) => (
          <li key={`${fault ?? ''} ${rule}`} class="lab-fault">
            <span class="lab-number figures" data-healthy={fault === null}>
              {fault ?? '✓'}
            </span>
            <span class="lab-what">
              <strong>
                <bdi lang="en">{rule.replaceAll('-', ' ')}</bdi>
              </strong>
              <span class="soft small">
                <InEnglish text={variants[0]?.says ?? ''} />
              </span>
            </span>
            <span class="lab-variants">
              {variants.map((label) => (
                <button
                  key={label.file}
                  type="button"
                  class="button small"
                  title={label.says}
                  aria-label={`${rule.replaceAll('-', ' ')}: ${label.programs.join(', ')} ${label.transport}`}
                  onClick={() => void lab.open(label)}
                >
                  <bdi>{`${label.programs.join(' + ')} · ${label.transport}`}</bdi>
                </button>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
