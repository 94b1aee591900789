// What is selected: where it came from, which step of which machine it caused, why it was matched, which timers ran, and the message itself.
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useMemo } from 'preact/hooks';
import type { MessageDocument } from '@offhook/sip/trace';
import type { CallItem } from '../../../../model/trace/draw/call-index.ts';
import { clockText, spanText } from '../../../../model/trace/draw/figures.ts';
import { machineSteps, timersAt } from '../../../../model/trace/draw/machine-steps.ts';
import type { MachineStep } from '../../../../model/trace/draw/machine-steps.ts';
import { Chip, ChipButton } from '../part/chip.tsx';
import { visibleText } from '../part/shown-text.ts';
import { useSubject } from '../part/subject.ts';
import { MachineDrawing } from './machine.tsx';
import { MessageText } from './message.tsx';

/** The selected row. */
export function Inspector(): ComponentChild {
  const { selection, index } = useSubject();
  const item = index.itemOf(selection.frame.value);
  if (item === undefined) {
    return (
      <p class="nothing">
        Select a row of the ladder to see what it did: its step in the state machines, why it was
        matched, and the message itself.
      </p>
    );
  }
  return (
    <article class="inspector" key={item.frame} aria-live="polite">
      <Head of={item} />
      <Steps of={item} />
      {item.kind === 'message' && <Matched of={item.of} />}
      <Timers at={item.at} />
      {item.kind === 'message' && <MessageText text={item.of.text} />}
    </article>
  );
}

function Head({ of }: { readonly of: CallItem }): ComponentChild {
  const { document, index } = useSubject();
  const since = clockText(of.at - document.startedAt);
  switch (of.kind) {
    case 'message': {
      const { number, title, from, to, protocol, source, destination, labels, frame, leg } = of.of;
      return (
        <header class="inspected">
          <h3>
            <span class="soft">#{number}</span> <bdi>{visibleText(title)}</bdi>
          </h3>
          <p>
            <strong>
              <bdi>{index.nameOf(from)}</bdi>
            </strong>{' '}
            to{' '}
            <strong>
              <bdi>{index.nameOf(to)}</bdi>
            </strong>{' '}
            by {protocol} at {since} s
          </p>
          <p class="soft">
            <bdi class="code">{`${source.host}:${source.port} → ${destination.host}:${destination.port}`}</bdi>{' '}
            frame {frame}
            {document.legs.length > 1 ? `, leg ${leg}` : ''}
          </p>
          <p class="chips">
            {labels.map((label) => (
              <ChipButton key={label.lane} label={label} />
            ))}
            <Resends of={of.of} />
          </p>
        </header>
      );
    }
    case 'step':
      return (
        <header class="inspected">
          <h3>
            <bdi>{of.of.change.event}</bdi>
          </h3>
          <p>
            <strong>
              <bdi>{index.nameOf(of.of.party)}</bdi>
            </strong>
            , {of.of.change.subject}, at {since} s
          </p>
          {of.of.change.label !== undefined && (
            <p class="chips">
              <ChipButton label={of.of.change.label} />
            </p>
          )}
        </header>
      );
    case 'note':
      return (
        <header class="inspected">
          <h3>
            {of.of.topic}: <bdi>{of.of.event}</bdi>
          </h3>
          <p>
            <bdi>{visibleText(of.of.text)}</bdi>
          </p>
          <p class="soft">
            at {since} s, frame {of.frame}
          </p>
        </header>
      );
  }
}

function Resends({ of }: { readonly of: MessageDocument }): ComponentChild {
  const { index, selection } = useSubject();
  const first = index.message(of.resendOf);
  const times = index.resent(of.number);
  return (
    <>
      {first !== undefined && (
        <button
          type="button"
          class="frame-link"
          onClick={() => {
            selection.frame.value = first.frame;
          }}
        >
          {`repeat ${of.resend} of #${first.number}`}
        </button>
      )}
      {times > 0 && <span class="tag again">{`sent again ${times}×`}</span>}
      {of.lost && <span class="tag bad">never received</span>}
    </>
  );
}

/** The steps that it caused; the chosen one is drawn. */
function Steps({ of }: { readonly of: CallItem }): ComponentChild {
  const { document, index } = useSubject();
  const steps = useMemo(() => machineSteps(document, of), [document, of]);
  const at = useSignal(0);
  const step = steps[at.value] ?? steps[0];
  if (step === undefined)
    return of.kind === 'message' ? (
      <p class="soft">It changed no state that is known of.</p>
    ) : undefined;
  return (
    <section aria-label="What it changed">
      <ul class="steps">
        {steps.map((one, position) => (
          <li key={position}>
            <button
              type="button"
              class="step"
              aria-pressed={one === step}
              onClick={() => {
                at.value = position;
              }}
            >
              {one.label !== undefined && <Chip label={one.label} />}
              <span class="cut">
                <span class="soft">
                  <bdi>{index.nameOf(one.party)}</bdi> {one.subject}
                </span>{' '}
                <Way of={one} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {step.figure !== undefined && (
        <>
          <p class="rule">
            <span>
              <b>{step.event}</b>
              {step.actions.length > 0 && ` / ${step.actions.join(', ')}`}
            </span>
            {step.stray && <span class="tag bad">no such arrow: nothing happened</span>}
            {step.source === 'inferred' && <span class="tag">inferred</span>}
            {step.section !== undefined && <span class="soft">{step.section}</span>}
          </p>
          <MachineDrawing figure={step.figure} step={step} />
        </>
      )}
    </section>
  );
}

function Way({ of: { before, after } }: { readonly of: MachineStep }): ComponentChild {
  if (before === undefined)
    return (
      <>
        born in <b>{after}</b>
      </>
    );
  return before === after ? (
    <>
      stays in <b>{after}</b>
    </>
  ) : (
    <>
      {before} → <b>{after}</b>
    </>
  );
}

function Matched({ of }: { readonly of: MessageDocument }): ComponentChild {
  if (of.matched.length === 0) return undefined;
  return (
    <section aria-label="Why it was matched">
      <h3 class="part-title">Why it belongs there</h3>
      <ul class="reasons">
        {of.matched.map((reason) => (
          <li key={reason}>
            <bdi>{reason}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The timers that ran at a moment; while the call goes on, those that run still count down. */
function Timers({ at }: { readonly at: number }): ComponentChild {
  const { document, index, isLive, now } = useSubject();
  const timers = useMemo(() => timersAt(document, at), [document, at]);
  if (timers.length === 0) return undefined;
  return (
    <section aria-label="Timers that ran then">
      <h3 class="part-title">Timers that ran then</h3>
      <ul class="timers">
        {timers.map(({ name, due, from, party, label }) => {
          const moment = isLive ? Math.max(at, now.value) : at;
          const left = due - moment;
          return (
            <li key={`${label.lane}${label.number} ${party} ${name} ${from}`}>
              <Chip label={label} />
              <b>{name}</b>
              <bdi class="soft cut">{index.nameOf(party)}</bdi>
              <progress max={due - from} value={moment - from} aria-label={`Timer ${name}`} />
              <span class="left">{left > 0 ? `${spanText(left)} left` : 'fired'}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
