// How wide an element is, as a number that views are drawn with.
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** The inner size of the element that gets `ref`, in CSS pixels; 0 before it is known. */
export function useSize<Box extends Element>(): {
  readonly ref: RefObject<Box>;
  readonly width: number;
  readonly height: number;
} {
  const ref = useRef<Box>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const box = ref.current;
    if (box === null) return undefined;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = box;
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return { ref, ...size };
}
