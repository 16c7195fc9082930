/** The package ships no types: lists of function words by language (ISO 639-3). */
declare module 'stopword' {
  export const eng: readonly string[];
  export const deu: readonly string[];
  export const spa: readonly string[];
  export const ara: readonly string[];
  export const jpn: readonly string[];
  export const fra: readonly string[];
  export const ita: readonly string[];
  export const por: readonly string[];
  export const hrv: readonly string[];
  export const nld: readonly string[];
  export const rus: readonly string[];
}
