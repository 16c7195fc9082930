/** As in the contract, whose schemas would weigh more than the whole frame; a test holds them together. */
export const longestMessage = 4_000;
