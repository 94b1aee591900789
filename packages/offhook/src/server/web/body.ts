// The body of a request as a value of the wanted shape, or why it is none: short, JSON, and of a length that it says.
import type { z } from 'zod';
import { refusals } from './refusal.ts';
import type { WebRefusal } from './refusal.ts';
import type { WebContext } from './guard.ts';

const longest = 4_096;

/** What a body says, or the refusal that it deserves. */
export type Body<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: WebRefusal };

/** Reads the body of a request. */
export async function readBody<Value>(
  context: WebContext,
  shape: z.ZodType<Value>,
): Promise<Body<Value>> {
  const { req } = context;
  const no = (refusal: WebRefusal): Body<Value> => ({ ok: false, refusal });
  // A form cannot say this type, so no page of another site can send it unasked.
  if (!/^application\/json(?:;|$)/i.test(req.header('content-type') ?? ''))
    return no(refusals.wrongType);
  if (tooLong(req.header('content-length'), longest)) return no(refusals.tooLarge);
  const read = shape.safeParse(parsed(await req.text()));
  return read.success ? { ok: true, value: read.data } : no(refusals.badBody);
}

/** True for a body that is longer than `most` octets, or that does not say how long it is. */
export function tooLong(length: string | undefined, most: number): boolean {
  return !/^\d{1,7}$/.test(length ?? '') || Number(length) > most;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
