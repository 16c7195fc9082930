import { SecretBoxError } from '../../ports/secret-box.ts';

/** Undefined for what the keys of this server do not open: a lost root key, or a row that was damaged or moved. */
export async function openedOrUndefined<T>(opening: Promise<T>): Promise<T | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof SecretBoxError) return undefined;
    throw error;
  }
}
