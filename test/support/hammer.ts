/** How often a test that looks for something rare repeats: seldom in a usual run, often in `npm run test:hammer`. */
export function rounds(usual: number, hammered: number): number {
  return process.env['TEST_HAMMER'] === 'yes' ? hammered : usual;
}

/** True in `npm run test:hammer`, where a test may take minutes. */
export const isHammering = process.env['TEST_HAMMER'] === 'yes';
