import { z } from 'zod';

// Zod probes `new Function` when a schema is built; under our CSP that raises a violation report.
// This module must be imported before any module that builds schemas.
z.config({ jitless: true });
