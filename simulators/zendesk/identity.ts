import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { createAppKeys } from './app-signing.ts';

const identitySchema = z.object({
  clientSecret: z.string().min(20),
  privateKeyPem: z.string(),
  publicKeyPem: z.string(),
});

/** What stays the same when the simulator starts again: the client's secret and the app's keys. */
export type Identity = z.output<typeof identitySchema>;

/**
 * Reads the identity kept in a folder, or makes one and keeps it there; without a folder it is new
 * each time. Throws when the folder cannot be used or the file is damaged.
 */
export async function loadIdentity(directory: string | undefined): Promise<Identity> {
  if (directory === undefined) return await createIdentity();
  const file = join(directory, 'zendesk-identity.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text !== null) {
    const parsed = identitySchema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw new Error(
      `${file} is damaged. Delete it; the simulator makes a new one and has to be connected again.`,
    );
  }
  const identity = await createIdentity();
  await mkdir(directory, { recursive: true });
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(identity), { mode: 0o600 });
  await rename(draft, file);
  return identity;
}

async function createIdentity(): Promise<Identity> {
  return { clientSecret: randomBytes(32).toString('hex'), ...(await createAppKeys()) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
