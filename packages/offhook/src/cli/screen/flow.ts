// The messages of one or more calls as rows between lanes.
import type { CallDocument, MessageDocument } from '@offhook/sip/trace';
import type { Scene, ScreenState } from './state.ts';

/** A column of the flow. */
export interface Lane {
  readonly name: string;
  readonly address: string;
}

/** One message. */
export interface FlowRow {
  readonly message: MessageDocument;
  /** Call-ID of its call, as the list has it. */
  readonly call: string;
  /** Indexes of lanes. */
  readonly from: number;
  readonly to: number;
}

/** The lanes of a flow, and its messages in the order of time. */
export interface Flow {
  readonly lanes: readonly Lane[];
  readonly rows: readonly FlowRow[];
}

/** What the flow shows: all messages of its calls, or those of their first legs. */
export function flowOf({ flow, isExtended }: ScreenState, { document }: Scene): Flow {
  const lanes: Lane[] = [];
  const rows: FlowRow[] = [];
  for (const call of flow) {
    const found = document(call);
    if (found === undefined) continue;
    const lane = lanesOf(found, lanes);
    const first = found.legs[0]?.number;
    for (const message of found.messages) {
      if (!isExtended && message.leg !== first) continue;
      rows.push({ message, call, from: lane(message.from), to: lane(message.to) });
    }
  }
  rows.sort((one, other) => one.message.at - other.message.at);
  return { lanes, rows };
}

/** Finds the lane of a party by its address, so that calls between the same parties share their lanes. */
function lanesOf({ parties }: CallDocument, lanes: Lane[]): (party: number) => number {
  return (id) => {
    const party = parties.find((one) => one.id === id);
    const address = party?.addresses[0] ?? '';
    const name = party?.name ?? '';
    const found = lanes.findIndex((lane) =>
      address === '' ? lane.name === name : lane.address === address,
    );
    return found >= 0 ? found : lanes.push({ name, address }) - 1;
  };
}
