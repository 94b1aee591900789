// What the rules found, what departs from the RFCs, and where our own stack would have done otherwise.
import type { ComponentChild } from 'preact';
import type { Divergence, Finding, LintRemark } from '@offhook/sip/trace';
import { FrameLink, Proven } from '../part/frame-link.tsx';
import { useSubject } from '../part/subject.ts';
import { CertaintyBadge } from './verdict.tsx';

/** Findings, the weightiest first. */
export function Findings(): ComponentChild {
  const { explanation } = useSubject();
  const { findings, divergences } = explanation;
  return (
    <div class="findings">
      {findings.length === 0 && <p class="nothing">No rule found anything in this call.</p>}
      {findings.map((finding, at) => (
        <Found key={`${finding.rule} ${at}`} of={finding} open={at === 0} />
      ))}
      {divergences.length > 0 && (
        <section aria-label="Divergences">
          <h3 class="part-title">Where our stack would have done otherwise</h3>
          {divergences.map((divergence, at) => (
            <Diverged key={at} of={divergence} />
          ))}
        </section>
      )}
    </div>
  );
}

function Found({ of, open }: { readonly of: Finding; readonly open: boolean }): ComponentChild {
  const { index } = useSubject();
  return (
    <details class="finding" data-severity={of.severity} open={open}>
      <summary>
        <span class="finding-title">
          <bdi>{of.title}</bdi>
        </span>
        {of.fault !== undefined && <span class="soft">{`fault ${of.fault}`}</span>}
      </summary>
      <dl class="because">
        <div>
          <dt>What happened</dt>
          <dd>
            <Proven of={of.happened} />
          </dd>
        </div>
        <div>
          <dt>Why</dt>
          <dd>
            <Proven of={of.why} />
          </dd>
        </div>
        <div>
          <dt>Whose side</dt>
          <dd>
            <Proven of={of.whose} />
          </dd>
        </div>
        <div>
          <dt>What to do</dt>
          <dd>
            <Proven of={of.todo} />
          </dd>
        </div>
      </dl>
      <p class="finding-foot">
        <CertaintyBadge of={of.certainty} />
        <span>{of.section}</span>
        {of.party !== undefined && (
          <span class="soft">
            at <bdi>{index.nameOf(of.party)}</bdi>
          </span>
        )}
        <span class="soft">rule {of.rule}</span>
      </p>
    </details>
  );
}

function Diverged({ of }: { readonly of: Divergence }): ComponentChild {
  const { index } = useSubject();
  return (
    <article class="divergence">
      <p>
        <FrameLink frame={of.frame} />{' '}
        <strong>
          <bdi>{index.nameOf(of.party)}</bdi>
        </strong>{' '}
        <span class="soft">{of.section}</span>
      </p>
      <dl class="facts">
        <dt>did</dt>
        <dd>
          <bdi>{of.theirs}</bdi>
        </dd>
        <dt>we would</dt>
        <dd>
          <bdi>{of.ours}</bdi>
        </dd>
      </dl>
    </article>
  );
}

const strengths: Readonly<Record<LintRemark['strength'], number>> = {
  MUST: 0,
  SHOULD: 1,
  advice: 2,
};

/** Departures from the RFCs, the strongest first. */
export function LintList(): ComponentChild {
  const { explanation } = useSubject();
  if (explanation.lint.length === 0)
    return <p class="nothing">No message departs from the RFCs in anything that is looked for.</p>;
  const sorted = explanation.lint.toSorted(
    (a, b) => strengths[a.strength] - strengths[b.strength] || a.message - b.message,
  );
  return (
    <ul class="lint-list">
      {sorted.map((remark, at) => (
        <li key={at} data-strength={remark.strength}>
          <span class="strength">{remark.strength}</span>
          <span>
            <bdi>{remark.text}</bdi> <span class="soft">{remark.section}</span>
          </span>
          <FrameLink frame={remark.frame} />
        </li>
      ))}
    </ul>
  );
}
