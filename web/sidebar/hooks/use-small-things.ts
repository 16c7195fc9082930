import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type MutableRefObject,
  type RefObject,
} from 'react';

/** Holds the newest version of a value for handlers that are set up once. */
export function useLatest<T>(value: T): MutableRefObject<T> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}

/** Runs an action on Alt and a key by its place on the keyboard, such as `KeyR`; AltGr is left to typing. */
export function useShortcut(code: string, action: () => void): void {
  const latest = useLatest(action);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.code !== code || !event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [code, latest]);
}

/** Runs an action on a key that writes nothing: outside of every field. */
export function useKey(key: string, action: () => void): void {
  const latest = useLatest(action);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inField = event.target instanceof Element && event.target.closest('input, textarea, select');
      if (event.key !== key || inField || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [key, latest]);
}

/** Seconds left of a wait that begins when the component appears; a new wait needs a new component. */
export function useCountdown(seconds: number): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    const end = Date.now() + seconds * 1_000;
    const timer = setInterval(() => {
      const rest = Math.max(0, Math.ceil((end - Date.now()) / 1_000));
      setLeft(rest);
      if (rest === 0) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
}

/** Calls `action` once each time a condition becomes true. */
export function useOnce(condition: boolean, action: () => void): void {
  const latest = useLatest(action);
  useEffect(() => {
    if (condition) latest.current();
  }, [condition, latest]);
}

/** Keeps a box as high as it was while its content is being made anew, so that nothing below it jumps. */
export function useHeldHeight(renewing: boolean): RefObject<HTMLDivElement> {
  const box = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  useLayoutEffect(() => {
    const node = box.current;
    if (node === null) return;
    node.style.minHeight = renewing && height.current > 0 ? `${height.current}px` : '';
    if (!renewing) height.current = node.offsetHeight;
  });
  return box;
}

/** Whether an element is higher than `limit` pixels, followed while it grows. */
export function useTallerThan(limit: number): readonly [(node: HTMLElement | null) => void, boolean] {
  const [node, setNode] = useState<HTMLElement | null>(null);
  const [taller, setTaller] = useState(false);
  useLayoutEffect(() => {
    if (node === null) return;
    const measure = () => setTaller(node.offsetHeight > limit);
    const observer = new ResizeObserver(measure);
    observer.observe(node);
    measure();
    return () => {
      observer.disconnect();
      setTaller(false);
    };
  }, [node, limit]);
  return [setNode, taller];
}

/** A short note such as "Copied" that goes away by itself. */
export function useNote(): readonly [string | null, (text: string) => void] {
  const [note, setNote] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = useCallback((text: string) => {
    clearTimeout(timer.current);
    setNote(text);
    timer.current = setTimeout(() => setNote(null), 4_000);
  }, []);
  return [note, show];
}
