/** What the command line may ask about keys; each has its handler in key-commands.ts. */
export const keyCommands = [
  'keys-status',
  'keys-rotate',
  'keys-finish',
  'keys-rewrap',
  'keys-rotate-jwt',
  'keys-start-over',
] as const;
export type KeyCommand = (typeof keyCommands)[number];

/** Sent to no running server: it opens the database although the root key opens nothing. */
export const startOverCommand: KeyCommand = 'keys-start-over';

/** Lines of the usage text. */
export const keyUsage = `  keys status     root keys by fingerprint, data keys, and how many values need each
  keys rotate     new data keys: every value is sealed anew; old keys go after a day [--destroy-now]
                  all subscriptions, or --subscription NAME
  keys finish     goes on with a rotation that was interrupted
  keys rewrap     a new master key: the root key before the present one is worthless afterwards
  keys rotate-jwt a new key that signs the console's access tokens; nobody has to sign in again
  keys start-over only when the root key is lost for good: makes a new one; credentials must be entered again`;

export const keyOptions = { 'destroy-now': { type: 'boolean' } } as const;

/** The request of a `keys …` command line; undefined when it is none. */
export function keyRequest(
  words: readonly string[],
  values: Readonly<Record<string, string | boolean | undefined>>,
): { readonly command: KeyCommand; readonly input: unknown } | undefined {
  const command = keyCommands.find((one) => words.length === 2 && one === words.join('-'));
  if (command === undefined) return undefined;
  const subscription = values['subscription'];
  return {
    command,
    input: {
      ...(typeof subscription === 'string' && { subscription }),
      destroyNow: values['destroy-now'] === true,
    },
  };
}
