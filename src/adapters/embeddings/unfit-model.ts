/** Why a model directory cannot be used; the message is a sentence for the operator and names files only. */
export class UnfitModelError extends Error {
  override readonly name = 'UnfitModelError';
}
