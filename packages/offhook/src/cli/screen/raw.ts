// Messages as they were on the wire, line by line.
import { readable } from '@offhook/sip';
import { shown } from '../output.ts';
import { flowOf } from './flow.ts';
import type { FlowRow } from './flow.ts';
import type { Scene, ScreenState } from './state.ts';
import { clockTime } from './time.ts';

/** The lines of the message at the cursor, or of all messages of the flow. */
export function rawLines(state: ScreenState, scene: Scene): readonly string[] {
  const { rows } = flowOf(state, scene);
  const chosen = state.isSingle ? rows.slice(state.row, state.row + 1) : rows;
  return chosen.flatMap((row) => [...messageLines(row), '']);
}

/** A message with the line that says when it went from where to where. */
export function messageLines({ message }: FlowRow): readonly string[] {
  const { at, source, destination, protocol, text } = message;
  const head = `${clockTime(at)}  ${source.host}:${source.port} -> ${destination.host}:${destination.port}  ${protocol}`;
  // A stranger's text must not move the cursor.
  return [
    head,
    ...readable(text)
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => shown(line)),
  ];
}
