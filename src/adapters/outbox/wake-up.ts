/** A wait that can be cut short; a wake-up between two waits is remembered, so none is lost. */
export function createWakeUp(): {
  readonly wake: () => void;
  readonly wait: (milliseconds: number) => Promise<void>;
} {
  let isPending = false;
  let resume: (() => void) | undefined;
  return {
    wake: () => {
      isPending = true;
      resume?.();
    },
    wait: async (milliseconds) => {
      if (!isPending) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          resume = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        resume = undefined;
      }
      isPending = false;
    },
  };
}
