// A transaction on the time axis: a bar for its client, a bar for its server, its messages between them, its timers below.
import { useComputed } from '@preact/signals';
import type { ComponentChild } from 'preact';
import type { MachineDocument, MessageDocument, TransactionDocument } from '@offhook/sip/trace';
import { Chip } from '../part/chip.tsx';
import { countText, spanText } from '../../../../model/trace/draw/figures.ts';
import { useSubject } from '../part/subject.ts';
import type { Subject } from '../part/subject.ts';
import { useDrawnAxis } from '../time/axis.ts';
import { StateBars, TimerLines, leftText, statesText } from './bar.tsx';
import { LaneRow } from './lane-row.tsx';
import { transactionTone } from './tone.ts';

const bar = 11;
const clientTop = 3;
const serverTop = 19;

/** Height of the row of `transaction` in CSS pixels: one without machines has no bars. */
export function transactionHeight({ machines }: TransactionDocument): number {
  return machines.length === 0 ? 18 : 35;
}

/** One transaction. */
export function TransactionRow({ of }: { readonly of: TransactionDocument }): ComponentChild {
  const subject = useSubject();
  const { index, isLive, now } = subject;
  const messages = of.messages.flatMap((number) => index.message(number) ?? []);
  const client = of.machines.find(({ figure }) => figure.endsWith('client'));
  const server = of.machines.find(({ figure }) => figure.endsWith('server'));
  const isBare = of.machines.length === 0;
  // To be asked for credentials is no failure (RFC 3261 §22).
  const isAsked = of.status === 401 || of.status === 407;
  const running = isLive
    ? of.machines.flatMap(({ timers }) =>
        timers.filter(({ to, due }) => to === undefined && due > now.value),
      )
    : [];
  const resent = messages.filter(({ resend }) => resend > 0).length;
  return (
    <LaneRow
      choice={{ lane: 'T', number: of.number }}
      text={textOf(of, subject)}
      height={transactionHeight(of)}
      label={
        <>
          <span class="lane-name">
            <Chip label={{ lane: 'T', number: of.number, source: of.source }} />
            <strong class="cut">
              <bdi>{of.method}</bdi>
            </strong>
            {of.status !== undefined ? (
              <span class="status" data-class={isAsked ? 1 : Math.trunc(of.status / 100)}>
                {of.status}
              </span>
            ) : (
              !isBare &&
              !isLive && (
                <span class="status" data-class="4">
                  no answer
                </span>
              )
            )}
            {resent > 0 && (
              <b class="resent" title="messages that were sent again">{`${resent}×`}</b>
            )}
          </span>
          {!isBare && (
            <span class="lane-note cut">
              {running.length > 0 ? (
                <span class="counting">
                  {running.map((timer) => leftText(timer, now.value)).join(' · ')}
                </span>
              ) : (
                <bdi>{`${index.nameOf(of.client)} → ${index.nameOf(of.server)}`}</bdi>
              )}
            </span>
          )}
        </>
      }
      card={<TransactionCard of={of} />}
    >
      {isBare ? (
        messages.map((message) => (
          <MessageMark key={message.number} of={message} top={3} height={10} />
        ))
      ) : (
        <>
          <MachineBar machine={client} status={of.status} top={clientTop} />
          <MachineBar machine={server} status={of.status} top={serverTop} />
          {messages.map((message) => (
            <MessageMark
              key={message.number}
              of={message}
              top={message.resend > 0 ? clientTop : clientTop + bar}
              height={
                (server === undefined ? 27 : serverTop) - clientTop - (message.resend > 0 ? 0 : bar)
              }
            />
          ))}
        </>
      )}
    </LaneRow>
  );
}

function MachineBar({
  machine,
  status,
  top,
}: {
  readonly machine: MachineDocument | undefined;
  readonly status: number | undefined;
  readonly top: number;
}): ComponentChild {
  if (machine === undefined) return undefined;
  return (
    <g data-source={machine.source}>
      <StateBars
        states={machine.states}
        y={top}
        height={bar}
        toneOf={(state) => transactionTone(state, status)}
      />
      <TimerLines timers={machine.timers} y={top + bar + 1.5} />
    </g>
  );
}

/** A message between the two bars: dashed when sent again, ending in a cross when lost. */
function MessageMark({
  of,
  top,
  height,
}: {
  readonly of: MessageDocument;
  readonly top: number;
  readonly height: number;
}): ComponentChild {
  const { x, scale } = useDrawnAxis();
  const { selection } = useSubject();
  const isChosen = useComputed(() => selection.frame.value === of.frame).value;
  if (of.at < scale.from || of.at > scale.to) return undefined;
  const [sent, received] = [x(of.sentAt ?? of.at), x(of.receivedAt ?? of.at)];
  const isRequest = of.status === undefined;
  const [start, end] = isRequest ? [top, top + height] : [top + height, top];
  const stop = of.lost ? (start + end) / 2 : end;
  return (
    <g class="mark" data-again={of.resend > 0} data-lost={of.lost} data-chosen={isChosen}>
      <line x1={sent} y1={start} x2={of.lost ? sent : received} y2={stop} />
      {of.lost && <path d={`M${sent - 2.5} ${stop - 2.5}l5 5m0 -5l-5 5`} />}
    </g>
  );
}

function TransactionCard({ of }: { readonly of: TransactionDocument }): ComponentChild {
  const { index } = useSubject();
  return (
    <dl class="facts">
      <dt>branch</dt>
      <dd>
        <bdi class="code">{of.branch}</bdi>
      </dd>
      <dt>client</dt>
      <dd>
        <bdi>{index.nameOf(of.client)}</bdi>
      </dd>
      <dt>server</dt>
      <dd>
        <bdi>{index.nameOf(of.server)}</bdi>
      </dd>
      {of.machines.map(({ figure, states, source }) => [
        <dt key={figure}>{figure.endsWith('client') ? 'client' : 'server'} states</dt>,
        <dd key={`${figure}=`}>
          {states
            .map(
              ({ state, from, to }) =>
                `${state}${to === undefined ? '' : ` ${spanText(to - from)}`}`,
            )
            .join(' → ')}
          {source === 'inferred' && <span class="soft"> (inferred)</span>}
        </dd>,
      ])}
    </dl>
  );
}

function textOf(of: TransactionDocument, { index, document }: Subject): string {
  const sides = of.machines.map(
    ({ figure, states }) =>
      `${figure.endsWith('client') ? 'client' : 'server'}: ${statesText(states, document.startedAt)}`,
  );
  return [
    `Transaction ${of.number}, ${of.method}, from ${index.nameOf(of.client)} to ${index.nameOf(of.server)}`,
    of.status === undefined ? 'no final response' : `answered ${of.status}`,
    countText(of.messages.length, 'message'),
    ...sides,
  ].join('; ');
}
