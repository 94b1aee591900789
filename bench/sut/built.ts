// Finds the built modules of the telephone system, which has no doors of its own: what is measured is what users run.

/** A module of `packages/offhook/dist`; `T` is the type of its source. */
export function built<T>(name: string): Promise<T> {
  return import(
    new URL(`../../packages/offhook/dist/${name}.js`, import.meta.url).href
  ) as Promise<T>;
}
