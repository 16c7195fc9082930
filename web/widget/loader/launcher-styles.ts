/** Of the launcher and the panel. `--full` tells the script which of its two shapes the panel has. */
export const launcherStyles = `
:host { all: initial; }
.launcher {
  position: fixed; bottom: 20px; z-index: 2147483000; box-sizing: border-box;
  inline-size: 56px; block-size: 56px; min-inline-size: 44px; padding: 0; margin: 0;
  border: 2px solid rgb(255 255 255 / 70%); border-radius: 50%;
  background: var(--colour); color: var(--on-colour); cursor: pointer;
  box-shadow: 0 0 0 1px rgb(0 0 0 / 25%), 0 6px 20px rgb(0 0 0 / 22%);
}
.left { left: 20px; } .right { right: 20px; }
.launcher svg { inline-size: 26px; block-size: 26px; display: block; margin: auto; fill: none; stroke: currentColor;
  stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.launcher svg:last-child, .launcher.open svg:first-child { display: none; }
.launcher.open svg:last-child { display: block; }
.launcher:focus-visible { outline: 3px solid #fff; outline-offset: 0; box-shadow: 0 0 0 6px #1b1b1b; }
.panel {
  --full: 0;
  position: fixed; bottom: 92px; z-index: 2147483000; box-sizing: border-box; overflow: hidden;
  inline-size: 400px; max-inline-size: calc(100vw - 40px); block-size: min(680px, calc(100vh - 112px));
  border: 1px solid rgb(0 0 0 / 18%); border-radius: 14px; background: #fff; color: #1f2933;
  box-shadow: 0 10px 40px rgb(0 0 0 / 24%); animation: indesk-rise 150ms ease-out;
}
.panel[hidden] { display: none; }
.panel.dark { background: #15191d; color: #eef1f4; border-color: rgb(255 255 255 / 18%); }
.panel iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; color-scheme: auto; }
.panel p { font: 15px/1.5 system-ui, sans-serif; margin: 0; padding: 24px; }
@media (prefers-color-scheme: dark) {
  .panel.auto { background: #15191d; color: #eef1f4; border-color: rgb(255 255 255 / 18%); }
}
@media (max-width: 480px), (max-height: 480px) {
  .panel { --full: 1; inset: 0; inset-block-start: var(--top, 0); inline-size: 100%; max-inline-size: none;
    block-size: var(--height, 100dvh); border: 0; border-radius: 0; }
  .launcher.open { display: none; }
}
@media (prefers-reduced-motion: reduce) { .panel { animation: none; } }
@media print { .launcher, .panel { display: none; } }
@keyframes indesk-rise { from { opacity: 0; transform: translateY(8px); } }
`;
