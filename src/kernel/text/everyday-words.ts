import { terms } from './words.ts';

/**
 * Words that stand in a large share of all support messages, whatever they are about. Among a handful of texts
 * their rarity is chance, so that a match on one of them should count little. Function words are not here:
 * `terms` drops them before.
 */
const words = `
  having evening afternoon when just again every already without say said saying trying going getting using keep
  i'm it's don't can't you're we're i've anything someone somebody everybody ever never since still also really okay
  able absolutely account actually add address advise afraid agent allow answer anymore anyone apologies apologise
  apologize app apparently appear appreciate area ask available away awesome back bad believe bit booking bought bring
  broken buy call cancel care case change charge chat check clarify clear close come comment company complain complaint
  complete concern confirm confirmation confusion contact correct couple cost country current currently customer date
  day deal definitely deliver delivery detail device different direct directly disappoint disappointed disappointing
  easy either else email end enjoy error even ever everyone everything exact exactly expect experience explain express
  extra fact fail far fast feedback feel figure fill find fine fix follow forward free friend frustrate frustrating
  frustration full fun future general get give glad gone good great guess guys half happen happy hard hate hear help
  hold home hope hour idea immediately important improve include inconvenience info inform information instead
  interest internal internet investigate issue item job journey keep kindly know last late latest leave let life like
  line link list live local log long look lose lot love make manage manager matter mean meet mention message mind
  minute miss mobile moment money month morning move name near need new news next nice night note notice number offer
  office online open option order page part pass patience pay people permit person phone piece place plan point
  possible post price private problem proceed process product profile provide purchase put question quick quickly
  reach read ready real really reason receive recent recently refer reference refund regard relevant remember reply
  report request require resolve respond response rest right run sad say screen second secure see seem sell send
  sense serious service set several share shop show sign similar simple simply site situation solution solve soon
  sort sound speak specific spend stand start state status stay step stop store stuff suggest sure system take talk
  team tell terrible text thing think thought ticket time today together told tomorrow tonight top total touch tried
  trouble try turn twitter type unable understand unfortunately update upset urgent use user usual value version via
  visit wait want watch way website week weekend welcome wish wonder word work world worry write wrong year yes
  yesterday zip postcode dm tweet screenshot details amp hi oh pls plz thx ok okay yeah yet ya u ur im ill ive dont
  cant wont didnt doesnt isnt lol one two three four five first
  monday tuesday wednesday thursday friday saturday sunday
  january february march april may june july august september october november december
  anfrage angebot antwort bestellung bitte brauchen danke daten dringend email fehler finden firma frage frist geben
  gehen geld gerne gestern heute hilfe informationen jahr kaufen kontakt konto kunde kundennummer leider lösung
  machen melden monat morgen möglich nachricht neu nummer problem produkt richtig rückmeldung schnell schon schreiben
  seite senden service stunde tage telefon uhr unterstützung vielen warten website wissen woche zeit zurück
  aide aujourd'hui besoin bonjour client commande compte contacter cordialement demain demande email erreur heure hier
  jour merci message mois nouveau numéro page possible pouvoir problème produit question recevoir rendre réponse
  semaine service site solution temps vouloir
  año ayer ayuda cliente compra contacto correo cuenta día error gracias hola hora hoy información llegar mañana
  mensaje mes necesito número pedido poder problema producto pregunta querer respuesta semana servicio solución tiempo
  ajuda ano cliente compra contato conta dia email erro hoje hora informação mês mensagem número obrigado ontem pedido
  pergunta problema produto resposta semana serviço solução tempo
`;

const everyday: ReadonlySet<string> = new Set(terms(words));

/** True for a term (see `terms`) of everyday support language. */
export const isEverydayTerm = (term: string): boolean => everyday.has(term);
