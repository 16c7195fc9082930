import { useEffect, useRef, useState, type RefObject } from 'react';
import type { ZafClient } from '../../shared/zaf-client.ts';

const settleMilliseconds = 80;

/** Tells Zendesk the height of the content: a first change at once, the ones that follow it when they have settled. */
export function useFrameHeight(zaf: ZafClient | null): RefObject<HTMLDivElement> {
  const content = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = content.current;
    if (zaf === null || node === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let told = 0;
    const tell = () => {
      const height = Math.ceil(node.getBoundingClientRect().height);
      if (height === told) return;
      told = height;
      zaf.invoke('resize', { width: '100%', height: `${height}px` }).catch(() => {});
    };
    const observer = new ResizeObserver(() => {
      const quiet = timer === undefined;
      clearTimeout(timer);
      timer = setTimeout(() => {
        timer = undefined;
        tell();
      }, settleMilliseconds);
      if (quiet) tell();
    });
    observer.observe(node);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [zaf]);
  return content;
}

export type ColorScheme = 'light' | 'dark';

/** The host's colour scheme, followed while it changes. */
export function useColorScheme(zaf: ZafClient | null, first: ColorScheme): ColorScheme {
  const [scheme, setScheme] = useState(first);
  useEffect(() => {
    if (zaf === null) return;
    const follow = (value: unknown) => {
      if (value === 'light' || value === 'dark') setScheme(value);
    };
    zaf.get(['colorScheme']).then(
      (values) => follow(values['colorScheme']),
      () => {},
    );
    return zaf.on('colorScheme.changed', follow);
  }, [zaf]);
  useEffect(() => {
    document.documentElement.dataset['scheme'] = scheme;
  }, [scheme]);
  return scheme;
}

/** Whether the browser has a network. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    window.addEventListener('online', update);
    window.addEventListener('offline', update);
    return () => {
      window.removeEventListener('online', update);
      window.removeEventListener('offline', update);
    };
  }, []);
  return online;
}
