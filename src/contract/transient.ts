import type { z } from 'zod';
import { Transient } from '../kernel/transient.ts';

/** A field the browser sends as plain JSON and the server receives as Transient. */
export const transient = <S extends z.ZodType>(schema: S) =>
  schema.transform((value) => Transient.of(value as z.output<S>));
