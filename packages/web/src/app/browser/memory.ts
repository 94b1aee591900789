// What a reload of this tab survives: sessionStorage, where the browser has it.
import type { MemoryPort } from '../../model/ports.ts';

/** The memory of this tab, with names that begin with `prefix`. */
export function tabMemory(prefix = 'offhook.'): MemoryPort {
  return {
    get: (name) => quietly(() => sessionStorage.getItem(prefix + name)) ?? undefined,
    set: (name, text) => quietly(() => sessionStorage.setItem(prefix + name, text)),
    remove: (name) => quietly(() => sessionStorage.removeItem(prefix + name)),
  };
}

// A browser that keeps nothing throws; then a reload forgets, and nothing else is lost.
function quietly<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
