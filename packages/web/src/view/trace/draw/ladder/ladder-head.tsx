// The head of the ladder: the names of the columns and of the parties, and which leg is where.
import type { Signal } from '@preact/signals';
import type { ComponentChild, RefObject } from 'preact';
import { useSubject } from '../part/subject.ts';
import { fitting, textAt } from './columns.ts';
import type { Wires } from './columns.ts';

/** The head; `measured` gets the cell whose width the arrows have. */
export function LadderHead({
  wires,
  measured,
  brief,
}: {
  readonly wires: Wires;
  readonly measured: RefObject<HTMLDivElement>;
  readonly brief: Signal<boolean>;
}): ComponentChild {
  const { document } = useSubject();
  // Legs stand above the names; a second line of names below the first.
  const first = document.legs.length > 1 ? 34 : 17;
  const second = wires.isStaggered ? 30 : 0;
  const height = first + second + 26;
  const nameAt = (text: string, x: number, letter: number): ReturnType<typeof textAt> =>
    textAt(fitting(text, wires.room - 6, letter), x, wires, letter);
  return (
    <div class="rung ladder-head" role="row" aria-rowindex={1}>
      <span role="columnheader" class="number">
        #
      </span>
      <span role="columnheader" class="at">
        s
      </span>
      <span role="columnheader" class="delta">
        Δ
      </span>
      <div
        role="columnheader"
        class="wire"
        aria-label={wires.parties
          .map(({ party }) => partyText(party.name, party.addresses))
          .join(', ')}
      >
        <div class="measure" ref={measured} />
        <svg width={wires.width} height={height} aria-hidden="true">
          {document.legs.length > 1 && <Legs wires={wires} />}
          {wires.parties.map(({ party, x }, at) => {
            const [address = ''] = party.addresses;
            const name = nameAt(party.name ?? address, x, 7);
            const below = nameAt(party.name === undefined ? '' : address, x, 5.8);
            const y = first + (at % 2 === 1 ? second : 0);
            return (
              <g key={party.id} class="party" data-observed={party.observed}>
                <title>
                  {[party.name, ...party.addresses, party.product].filter(Boolean).join('\n')}
                </title>
                <text class="party-name" x={name.x} y={y} text-anchor="middle">
                  {name.text}
                </text>
                <text class="party-address" x={below.x} y={y + 14} text-anchor="middle">
                  {below.text}
                </text>
                <line class="life" x1={x} x2={x} y1={y + 20} y2={height} />
              </g>
            );
          })}
        </svg>
      </div>
      <span role="columnheader" class="first-line">
        first line
      </span>
      <span role="columnheader" class="told">
        <label class="brief">
          <input
            type="checkbox"
            aria-label="Show timers and notes"
            checked={!brief.value}
            onChange={() => {
              brief.value = !brief.value;
            }}
          />
          <span>timers and notes</span>
        </label>
      </span>
    </div>
  );
}

function Legs({ wires }: { readonly wires: Wires }): ComponentChild {
  return wires.legs.map(({ leg, from, to }) => (
    <g key={leg.number} class="leg" data-certain={leg.certain}>
      <title>{`Call-ID ${leg.callId}`}</title>
      <path d={`M${from + 4} 16v-4H${to - 4}v4`} />
      <text x={(from + to) / 2} y={9} text-anchor="middle">
        {fitting(
          `leg ${leg.number}${leg.joinedBy === undefined ? '' : ` by ${leg.joinedBy}`}${leg.certain ? '' : '?'}`,
          to - from - 8,
          5.6,
        )}
      </text>
    </g>
  ));
}

function partyText(name: string | undefined, addresses: readonly string[]): string {
  return [name, addresses[0]].filter((part) => part !== undefined).join(' at ');
}
