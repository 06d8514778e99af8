import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { type Address, addressOf } from '../reading/address.ts';

/** The fragment of the page's address. */
export function useAddress(): Address {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const look = (): void => {
      setFragment(location.hash);
    };
    addEventListener('hashchange', look);
    return () => {
      removeEventListener('hashchange', look);
    };
  }, []);
  return addressOf(fragment);
}

/** The title of the page, as in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Customer profiles' : `${title} – Customer profiles`;
  }, [title]);
}

/** Epoch milliseconds, updated each second while the page is visible. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return now;
}

/** Calls `act` when the key is pressed outside of input fields and dialogs. */
export function useShortcut(key: string, isOn: boolean, act: () => void): void {
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { target, ctrlKey, metaKey, altKey, repeat } = event;
      const isTyping = target instanceof Element && target.matches('input, textarea, select');
      if (
        !isOn ||
        repeat ||
        isTyping ||
        ctrlKey ||
        metaKey ||
        altKey ||
        event.key !== key ||
        document.querySelector('dialog[open]')
      )
        return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', listen);
    return () => {
      removeEventListener('keydown', listen);
    };
  }, [key, isOn, act]);
}
