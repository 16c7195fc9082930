import { withoutControl } from './preparations.ts';
import type { ProbeResult } from './tenants.ts';

/** What went out to, was told apart by or was changed by somebody it is none of the business of. */
export const leaksOf = ({ matrix }: ProbeResult) =>
  matrix.findings.filter(({ kind }) => kind !== 'wrong admission');
/** Callers who met something else at a route than it declares. */
export const admissionsOf = ({ matrix }: ProbeResult) =>
  matrix.findings.filter(({ kind }) => kind === 'wrong admission');

/** What must be nothing. */
export const failuresOf = (result: ProbeResult): number =>
  result.matrix.findings.length +
  result.assigned.length +
  result.unclassified.length +
  result.controls.failed.length;

/** The keys of the result. */
export function figuresOf(result: ProbeResult): Readonly<Record<string, unknown>> {
  const { engine, routes, matrix, controls, unclassified, assigned, assignments, emptyTables } = result;
  return {
    engine,
    routes,
    probes: matrix.probes + assignments,
    leaks: leaksOf(result).length,
    unclassifiedRoutes: unclassified.length,
    refusedAtTheDoor: matrix.probes - matrix.admitted,
    refusedByValidation: matrix.admitted - matrix.reached,
    reachedHandler: matrix.reached,
    succeeded: matrix.succeeded,
    wrongAdmissions: admissionsOf(result).length,
    controls: controls.succeeded,
    failedControls: controls.failed.length,
    controlsShowingMarks: controls.marksSeen,
    assignments,
    assigned: assigned.length,
    tablesWithoutRows: emptyTables.length,
  };
}

/** Each finding on a line. */
export function linesOf(result: ProbeResult): readonly string[] {
  const { matrix, controls, unclassified, assigned, emptyTables } = result;
  return [
    ...matrix.findings.map(
      ({ kind, route, caller, detail }) => `${kind.toUpperCase()}  ${route} as ${caller}: ${detail}`,
    ),
    ...assigned.map((what) => `ASSIGNED  ${what}`),
    ...unclassified.map((what) => `UNCLASSIFIED  ${what}`),
    ...controls.failed.map((what) => `CONTROL FAILED  ${what}: nothing is proved there`),
    ...Object.entries(withoutControl).map(([route, why]) => `No control at ${route}: it ${why}.`),
    ...(emptyTables.length === 0 ? [] : [`No row of B to protect in: ${emptyTables.join(', ')}`]),
  ];
}
