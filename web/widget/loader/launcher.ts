import type { WidgetLook } from '../../../src/contract/chat.ts';
import type { LauncherStrings } from '../strings/launcher.ts';
import { launcherStyles } from './launcher-styles.ts';

const svg = 'http://www.w3.org/2000/svg';
const bubble =
  'M4 5.5A2.5 2.5 0 0 1 6.5 3h11A2.5 2.5 0 0 1 20 5.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-5 4.5V16A2.5 2.5 0 0 1 4 13.5z';
const cross = 'M6 6l12 12M18 6L6 18';

/** What stands on the customer's page: the button, and the panel the conversation opens in. */
export interface Launcher {
  readonly isOpen: () => boolean;
  readonly frameWindow: () => Window | null;
  /** Adds the frame when it is not there yet. */
  show(): void;
  /** `returnFocus`: to whatever had it before. */
  hide(returnFocus: boolean): void;
  /** Says in the panel that the frame did not come. */
  failed(): void;
}

export interface LauncherSettings {
  readonly look: WidgetLook;
  readonly strings: LauncherStrings;
  readonly direction: 'ltr' | 'rtl';
  readonly frameUrl: string;
  readonly onPress: () => void;
  readonly onEscape: () => void;
}

export function createLauncher(settings: LauncherSettings): Launcher {
  const { look, strings, frameUrl } = settings;
  const host = document.createElement('div');
  host.setAttribute('data-indesk', '');
  const root = host.attachShadow({ mode: 'open' });
  const styles = new CSSStyleSheet();
  styles.replaceSync(launcherStyles);
  // A sheet made by script is no inline style: it works under a policy that forbids those.
  root.adoptedStyleSheets = [styles];

  const frameBox = document.createElement('div');
  frameBox.className = `panel ${look.position} ${look.theme}`;
  frameBox.dir = settings.direction;
  frameBox.setAttribute('role', 'dialog');
  frameBox.setAttribute('aria-label', strings.title(look.name));
  frameBox.hidden = true;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = `launcher ${look.position}`;
  button.append(icon(bubble), icon(cross));
  for (const element of [button, frameBox]) {
    element.style.setProperty('--colour', look.colour);
    element.style.setProperty('--on-colour', look.textColour);
  }
  root.append(frameBox, button);
  document.body.append(host);

  let frame: HTMLIFrameElement | undefined;
  let before: Element | null = null;
  let scrolling = '';
  const fitToKeyboard = (): void => {
    const { visualViewport: seen } = window;
    if (seen === null) return;
    frameBox.style.setProperty('--top', `${seen.offsetTop}px`);
    frameBox.style.setProperty('--height', `${seen.height}px`);
  };
  const isFullScreen = (): boolean => getComputedStyle(frameBox).getPropertyValue('--full').trim() === '1';
  const label = (): void => {
    const open = !frameBox.hidden;
    button.setAttribute('aria-expanded', String(open));
    button.setAttribute('aria-label', open ? strings.close : strings.open(look.name));
    button.classList.toggle('open', open);
  };
  label();

  button.addEventListener('click', () => settings.onPress());
  root.addEventListener('keydown', (event) => {
    if ((event as KeyboardEvent).key !== 'Escape' || frameBox.hidden) return;
    event.preventDefault();
    settings.onEscape();
  });
  window.visualViewport?.addEventListener('resize', fitToKeyboard);
  window.visualViewport?.addEventListener('scroll', fitToKeyboard);

  return {
    isOpen: () => !frameBox.hidden,
    frameWindow: () => frame?.contentWindow ?? null,
    show() {
      before = document.activeElement === host ? button : document.activeElement;
      if (frame === undefined) {
        frame = document.createElement('iframe');
        frame.title = strings.title(look.name);
        frame.referrerPolicy = 'no-referrer';
        frame.allow = '';
        frame.src = frameUrl;
        frameBox.replaceChildren(frame);
      }
      frameBox.hidden = false;
      fitToKeyboard();
      if (isFullScreen()) {
        scrolling = document.documentElement.style.overflow;
        document.documentElement.style.overflow = 'hidden';
        frameBox.setAttribute('aria-modal', 'true');
      }
      label();
      frame.focus();
    },
    hide(returnFocus) {
      if (frameBox.getAttribute('aria-modal') === 'true') {
        document.documentElement.style.overflow = scrolling;
        frameBox.removeAttribute('aria-modal');
      }
      frameBox.hidden = true;
      label();
      if (returnFocus)
        (before instanceof HTMLElement && before.isConnected && before !== document.body
          ? before
          : button
        ).focus();
    },
    failed() {
      const words = document.createElement('p');
      words.setAttribute('role', 'alert');
      words.textContent = strings.failed;
      frame?.remove();
      frame = undefined;
      frameBox.replaceChildren(words);
      if (!frameBox.hidden) button.focus();
    },
  };
}

function icon(path: string): SVGElement {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('viewBox', '0 0 24 24');
  element.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg, 'path');
  line.setAttribute('d', path);
  element.append(line);
  return element;
}
