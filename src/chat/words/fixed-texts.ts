/** What the product itself says to a visitor, where no model's words are shown. */
export interface FixedTexts {
  readonly notKnown: string;
  /** No provider, no budget left, or an answer that failed: the visitor need not know which. */
  readonly cannotAnswer: string;
  readonly turnLimit: string;
  readonly refusedTopic: string;
  /** In place of a promise that nobody would keep. */
  readonly cannotPromise: string;
  /** After any of the above, where a person can be called. */
  readonly offerPerson: string;
  readonly handedOver: string;
  /** The same outside business hours. */
  readonly handedOverClosed: string;
  /** After it; `{when}` is a day and a time. */
  readonly backAt: string;
  /** The conversation waits until the help desk answers. */
  readonly handOverPending: string;
  /** A person can only answer somebody who says where. */
  readonly contactNeeded: string;
  readonly handOverUnavailable: string;
  readonly withPerson: string;
  readonly hello: string;
  readonly thanks: string;
  readonly goodbye: string;
}

const texts: Readonly<Record<string, FixedTexts>> = {
  en: {
    notKnown: 'I don’t know that: I found nothing about it in the information I have.',
    cannotAnswer: 'I can’t answer right now. Your message has not been lost; you can send it again later.',
    turnLimit: 'This conversation has become too long for me to continue.',
    refusedTopic: 'I can’t help with this topic.',
    cannotPromise: 'I can’t arrange this myself.',
    offerPerson: 'Would you like to talk to a person?',
    handedOver: 'I have passed our conversation on to a person on the team. They will get back to you.',
    handedOverClosed:
      'I have passed our conversation on to the team. Nobody is there at the moment; they will get back to you when they are.',
    backAt: 'The team is back on {when}.',
    handOverPending:
      'I am passing our conversation on to the team. That takes a little longer than usual; please keep this window open.',
    contactNeeded: 'How can the team reach you? Please leave your e-mail address.',
    handOverUnavailable:
      'I can’t reach a person from here right now. Please use another way to contact the team.',
    withPerson: 'Your conversation is with the team. I am adding your message to it.',
    hello: 'Hello! How can I help?',
    thanks: 'You’re welcome! Is there anything else?',
    goodbye: 'Goodbye, and thank you for your message.',
  },
  de: {
    notKnown: 'Das weiß ich nicht: In den Informationen, die ich habe, steht dazu nichts.',
    cannotAnswer:
      'Ich kann gerade nicht antworten. Ihre Nachricht ist nicht verloren; Sie können sie später noch einmal senden.',
    turnLimit: 'Dieses Gespräch ist zu lang geworden, ich kann es nicht fortsetzen.',
    refusedTopic: 'Bei diesem Thema kann ich nicht helfen.',
    cannotPromise: 'Das kann ich nicht selbst veranlassen.',
    offerPerson: 'Möchten Sie mit einem Menschen sprechen?',
    handedOver: 'Ich habe unser Gespräch an einen Menschen im Team weitergegeben. Er meldet sich bei Ihnen.',
    handedOverClosed:
      'Ich habe unser Gespräch an das Team weitergegeben. Gerade ist niemand da; man meldet sich bei Ihnen, sobald wieder jemand da ist.',
    backAt: 'Das Team ist wieder da: {when}.',
    handOverPending:
      'Ich gebe unser Gespräch an das Team weiter. Das dauert etwas länger als sonst; bitte lassen Sie dieses Fenster offen.',
    contactNeeded: 'Wie kann das Team Sie erreichen? Bitte hinterlassen Sie Ihre E-Mail-Adresse.',
    handOverUnavailable:
      'Ich erreiche von hier aus gerade keinen Menschen. Bitte wenden Sie sich auf einem anderen Weg an das Team.',
    withPerson: 'Ihr Gespräch liegt beim Team. Ich füge Ihre Nachricht hinzu.',
    hello: 'Hallo! Wie kann ich helfen?',
    thanks: 'Gern geschehen! Kann ich sonst noch etwas tun?',
    goodbye: 'Auf Wiedersehen, und danke für Ihre Nachricht.',
  },
  fr: {
    notKnown: 'Je ne sais pas : je n’ai rien trouvé à ce sujet dans les informations dont je dispose.',
    cannotAnswer:
      'Je ne peux pas répondre pour le moment. Votre message n’est pas perdu ; vous pourrez le renvoyer plus tard.',
    turnLimit: 'Cette conversation est devenue trop longue, je ne peux pas la poursuivre.',
    refusedTopic: 'Je ne peux pas vous aider sur ce sujet.',
    cannotPromise: 'Je ne peux pas m’en charger moi-même.',
    offerPerson: 'Souhaitez-vous parler à une personne ?',
    handedOver: 'J’ai transmis notre conversation à une personne de l’équipe. Elle reviendra vers vous.',
    handedOverClosed:
      'J’ai transmis notre conversation à l’équipe. Personne n’est là en ce moment ; on reviendra vers vous dès que possible.',
    backAt: 'L’équipe sera de retour {when}.',
    handOverPending:
      'Je transmets notre conversation à l’équipe. Cela prend un peu plus de temps que d’habitude ; gardez cette fenêtre ouverte.',
    contactNeeded: 'Comment l’équipe peut-elle vous joindre ? Merci de laisser votre adresse e-mail.',
    handOverUnavailable:
      'Je n’arrive pas à joindre quelqu’un d’ici pour le moment. Merci de contacter l’équipe autrement.',
    withPerson: 'Votre conversation est avec l’équipe. J’y ajoute votre message.',
    hello: 'Bonjour ! Comment puis-je vous aider ?',
    thanks: 'Avec plaisir ! Puis-je faire autre chose ?',
    goodbye: 'Au revoir, et merci pour votre message.',
  },
  es: {
    notKnown: 'No lo sé: no he encontrado nada sobre eso en la información que tengo.',
    cannotAnswer: 'Ahora no puedo responder. Su mensaje no se ha perdido; puede enviarlo de nuevo más tarde.',
    turnLimit: 'Esta conversación se ha hecho demasiado larga y no puedo continuarla.',
    refusedTopic: 'No puedo ayudar con este tema.',
    cannotPromise: 'No puedo encargarme de eso yo.',
    offerPerson: '¿Quiere hablar con una persona?',
    handedOver: 'He pasado nuestra conversación a una persona del equipo. Se pondrá en contacto con usted.',
    handedOverClosed:
      'He pasado nuestra conversación al equipo. Ahora no hay nadie; se pondrán en contacto con usted en cuanto vuelvan.',
    backAt: 'El equipo vuelve el {when}.',
    handOverPending:
      'Estoy pasando nuestra conversación al equipo. Tarda un poco más de lo normal; mantenga abierta esta ventana.',
    contactNeeded: '¿Cómo puede el equipo contactar con usted? Deje por favor su dirección de correo.',
    handOverUnavailable:
      'Ahora no puedo contactar con una persona desde aquí. Por favor, contacte con el equipo de otra forma.',
    withPerson: 'Su conversación está con el equipo. Añado su mensaje.',
    hello: '¡Hola! ¿En qué puedo ayudar?',
    thanks: '¡De nada! ¿Algo más?',
    goodbye: 'Adiós, y gracias por su mensaje.',
  },
  it: {
    notKnown: 'Non lo so: nelle informazioni che ho non ho trovato nulla a riguardo.',
    cannotAnswer:
      'Al momento non posso rispondere. Il Suo messaggio non è andato perso; può inviarlo di nuovo più tardi.',
    turnLimit: 'Questa conversazione è diventata troppo lunga e non posso continuarla.',
    refusedTopic: 'Non posso aiutare su questo argomento.',
    cannotPromise: 'Non posso occuparmene io.',
    offerPerson: 'Vuole parlare con una persona?',
    handedOver: 'Ho passato la nostra conversazione a una persona del team. La ricontatterà.',
    handedOverClosed:
      'Ho passato la nostra conversazione al team. Ora non c’è nessuno; La ricontatteranno appena possibile.',
    backAt: 'Il team torna {when}.',
    handOverPending:
      'Sto passando la nostra conversazione al team. Ci vuole un po’ più del solito; tenga aperta questa finestra.',
    contactNeeded: 'Come può raggiungerLa il team? Lasci per favore il Suo indirizzo e-mail.',
    handOverUnavailable:
      'Da qui al momento non riesco a raggiungere una persona. La prego di contattare il team in un altro modo.',
    withPerson: 'La Sua conversazione è con il team. Aggiungo il Suo messaggio.',
    hello: 'Salve! Come posso aiutare?',
    thanks: 'Prego! Serve altro?',
    goodbye: 'Arrivederci, e grazie per il Suo messaggio.',
  },
  nl: {
    notKnown: 'Dat weet ik niet: in de informatie die ik heb, staat daar niets over.',
    cannotAnswer: 'Ik kan nu niet antwoorden. Uw bericht is niet verloren; u kunt het later opnieuw sturen.',
    turnLimit: 'Dit gesprek is te lang geworden om het voort te zetten.',
    refusedTopic: 'Bij dit onderwerp kan ik niet helpen.',
    cannotPromise: 'Dat kan ik niet zelf regelen.',
    offerPerson: 'Wilt u met een mens praten?',
    handedOver: 'Ik heb ons gesprek doorgegeven aan iemand van het team. Die neemt contact met u op.',
    handedOverClosed:
      'Ik heb ons gesprek doorgegeven aan het team. Er is nu niemand; ze nemen contact met u op zodra ze er zijn.',
    backAt: 'Het team is er weer op {when}.',
    handOverPending:
      'Ik geef ons gesprek door aan het team. Dat duurt iets langer dan anders; houd dit venster open.',
    contactNeeded: 'Hoe kan het team u bereiken? Laat alstublieft uw e-mailadres achter.',
    handOverUnavailable:
      'Ik kan vanaf hier nu niemand bereiken. Neem op een andere manier contact op met het team.',
    withPerson: 'Uw gesprek ligt bij het team. Ik voeg uw bericht toe.',
    hello: 'Hallo! Waarmee kan ik helpen?',
    thanks: 'Graag gedaan! Kan ik nog iets doen?',
    goodbye: 'Tot ziens, en bedankt voor uw bericht.',
  },
  pt: {
    notKnown: 'Não sei: não encontrei nada sobre isso nas informações que tenho.',
    cannotAnswer:
      'Não posso responder agora. A sua mensagem não se perdeu; pode enviá-la novamente mais tarde.',
    turnLimit: 'Esta conversa ficou longa demais e não posso continuá-la.',
    refusedTopic: 'Não posso ajudar com este assunto.',
    cannotPromise: 'Não posso tratar disso eu mesmo.',
    offerPerson: 'Gostaria de falar com uma pessoa?',
    handedOver: 'Passei a nossa conversa a uma pessoa da equipa. Ela entrará em contacto consigo.',
    handedOverClosed:
      'Passei a nossa conversa à equipa. Neste momento não está ninguém; entrarão em contacto assim que possível.',
    backAt: 'A equipa volta {when}.',
    handOverPending:
      'Estou a passar a nossa conversa à equipa. Demora um pouco mais do que o habitual; mantenha esta janela aberta.',
    contactNeeded: 'Como pode a equipa contactá-lo? Deixe por favor o seu endereço de e-mail.',
    handOverUnavailable:
      'Neste momento não consigo contactar uma pessoa a partir daqui. Contacte a equipa de outra forma.',
    withPerson: 'A sua conversa está com a equipa. Acrescento a sua mensagem.',
    hello: 'Olá! Como posso ajudar?',
    thanks: 'De nada! Mais alguma coisa?',
    goodbye: 'Adeus, e obrigado pela sua mensagem.',
  },
};

/** Languages the product itself speaks to visitors; everybody else is spoken to in English. */
export const spokenLanguages: readonly string[] = Object.keys(texts);

/** Texts in a language (BCP 47). */
export function fixedTexts(language: string): FixedTexts {
  const [base = ''] = language.toLowerCase().split('-');
  return texts[base] ?? (texts['en'] as FixedTexts);
}
