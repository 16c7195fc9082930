/** How the server's Node is started: a larger young generation, because most of what a call makes dies with it, and old garbage collected before it doubles the heap. */
export const serverFlags = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=32',
  '--heap-growing-percent=40',
];
