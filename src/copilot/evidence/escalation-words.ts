/**
 * Words and phrases by which customers show that a case may escalate, in English, German, French, Spanish and
 * Portuguese. `*` stands for any ending; an apostrophe may be written or left out. Matched on lower-case text
 * without accents.
 */
export const escalationWords = {
  'strong-words': `
    worst, terrible, terribly, horrible, horrid, horrendous, awful, disgust*, disgrace*, appalling*, atrocious, pathetic*, useless,
    ridiculous*, unacceptable, shocking, shambles, shambolic, abysmal, dreadful, garbage, trash, rubbish, suck, sucks, sucked,
    sucky, hate, hated, hates, furious, outrage*, livid, fuming, robbed, cheat*, nightmare, absurd, insane, crazy,
    joke, laughable, laughing stock, farce, fiasco, disaster, catastroph*, hopeless, incompeten*, inept, clueless,
    crap, crappy, awfully, stupid, idiotic, dumb, moronic, infuriat*, despicable, shameful, shame, shame on, shameless,
    ashamed, embarrass*, a mess, mess, insult*, inexcusable, deplorable, beyond a joke, screwed, screw, jacked, lousy, worthless, harass*,
    katastroph*, furchtbar, schrecklich, unverschamt*, frechheit, lacherlich, unfassbar, skandal*, saftladen, schlimmste*,
    inkompeten*, peinlich, unzumutbar, unmoglich, eine zumutung, wutend, stinksauer, sauer,
    honteux, honte, inadmissible, inacceptable, scandaleux, catastrophique, lamentable, nul, nulle, ridicule, pire, furieux,
    n'importe quoi, horrible, degueulasse,
    pesimo, pesima, peor, verguenza, vergonzos*, inaceptable, indignante, indignad*, asco, desastre, basura, terrible, ridiculo, furios*,
    pessimo, pessima, pior, vergonha, inaceitavel, absurdo, lixo, ridiculo, horrivel, nojo, indignad*`,
  insult: `
    shit, shits, shitty, shite, shitshow, bullshit*, fuck*, wtf, ffs, stfu, arse, asshole*, bastard*, bloody, damn, dammit, goddamn, piss, pissed, bitch*, wank*, bollocks,
    idiot*, moron*, imbecil*, liar, liars, lied, lying, lies, thief, thieves, thieving, crook*, scum, clown*, greedy, cheaters, con artists,
    scam*, rip off, ripoff, ripped off, fraudster*, bloody hell, the hell, hell no, from hell, sh*t*, f*ck*, sh*tshow, screw you, bs, smh,
    scheiss*, scheiß*, verarsch*, verdammt*, idioten, betruger*, abzocke*, lugner*, gauner*, halsabschneider*,
    merde, connard*, salaud*, foutez, escroc*, arnaque*, voleur*, menteur*,
    mierda, estafa*, estafador*, ladron*, mentiros*, joder, puta*, imbecil*,
    merda, porra, caralho, golpista*, ladrao, ladroes, mentiros*, palhacada`,
  'weak-words': `
    disappoint*, annoy*, frustrat*, upset*, upsetting, poor, poorly, bad, badly, unhappy, not happy, not impressed, unimpressed, notimpressed,
    fed up, sick of, tired of, sick and tired, angry, anger, unfair, ruin*, waste, wasted, wasting, nonsense, let down, letting me down, lack of,
    not good, not good enough, not great, no good, unprofessional, rude, careless, unhelpful, no help, not helpful, inconvenien*, unreliable, failure, epic fail, fail,
    stress*, painful, a pain, disgruntled, dissatisf*, unsatisf*, sad, sadly, miserable, disrespect*, ridicul*, irritat*, mislead*, misled,
    never works, doesn't work, never again, no excuse, makes no sense, rip, complain*, complaint, cannot believe, can't believe, unbelievable, incredible, seriously,
    really?, sort it out, sort yourselves out, get it together, get your act together, get your shit together, how hard is it, not acceptable, don't care, doesn't care, dont care, wrong, awkward, crying,
    enttauscht, enttauschend, arger*, verargert, frustrier*, unzufrieden, schlecht, mangelhaft, unfreundlich, beschwer*, nervt, genervt, geht gar nicht, traurig,
    decu*, decevant*, mecontent*, agace*, enerve*, insatisf*, mauvais*, plainte, reclamation, inadapte, marre, ras le bol, triste,
    decepcion*, molest*, frustra*, enfad*, mal servicio, mala, malo, queja*, reclam*, insatisf*, triste, lamentable,
    decepcion*, chatead*, frustra*, ruim, insatisfeit*, reclam*, triste, descaso, falta de respeito, raiva`,
  'leave-threat': `
    lost a customer, losing a customer, lose a customer, lose me, lost my business, lost my custom, my business elsewhere, go elsewhere, going elsewhere, taking my business, take my business,
    switch to, switching to, switch provider*, switching provider*, leaving you, leave you, moving to, move to another, never again, never use, never using, never buy*, never order*, never shop*, never fly*, never flying, never book*, never recommend, not renew*, won't be back, not be back, will not return,
    won't be using, won't be buying, not be using, last time i, cancel my account, cancel my subscription, cancel my contract, cancelling my, canceling my, cancel it all, want to cancel, close my account, closing my account, end my contract, port out, boycott*, stay away, avoid them, do not buy, don't buy, done with, i'm done, say goodbye, time to say goodbye, competitor*,
    kundige*, kundigung, wechsle, wechseln, anbieter wechseln, nie wieder, letztes mal, konkurrenz, vertrag beenden,
    resilie*, resiliation, changer d'operateur, plus jamais, dernier achat, cloturer mon compte, concurren*,
    darme de baja, cancelar mi, cancelo, nunca mas, cambiarme, ultima vez, competencia,
    cancelar minha, cancelar meu, nunca mais, vou cancelar, mudar de, ultima vez, concorren*`,
  'legal-threat': `
    lawyer*, attorney*, solicitor*, legal action, legal team, sue you, sue them, will sue, going to sue, suing, to court, in court, court case, lawsuit, small claims, trading standards, ombudsman, consumer rights, consumer protection, consumer court, regulator*, ofcom, bbb, better business bureau, fcc, ftc, chargeback, illegal*, breach of contract, data protection, gdpr, newspaper*, journalist*, the media, go public, false advertis*,
    anwalt*, rechtsanwalt*, rechtlich*, klage, verklag*, gericht*, verbraucherschutz*, verbraucherzentrale, anzeige erstatten, bundesnetzagentur, presse, datenschutz*, schlichtungsstelle,
    avocat*, tribunal, justice, porter plainte, ufc*, dgccrf, mise en demeure, mediateur, presse,
    abogad*, demandar*, demandare, denuncia*, juzgado, tribunal*, prensa, ocu,
    advogad*, vou processar, acao judicial, justica, procon, reclame aqui, imprensa, tribunal`,
  'asked-again': `
    again, once again, yet again, still, still waiting, still no, still not, still nothing, still hasn't, second time, third time, 2nd time, 3rd time, 4th time, fourth time, fifth time, every time, each time, same problem, same issue, keep getting, keeps happening, keep telling, always, constantly, as usual, as always, another, so many times, many times, several times, multiple times, numerous times, repeatedly, countless, over and over, ongoing, continues, how many times, how long, for weeks, for months, for days, for hours, all day, all week,
    schon wieder, wieder, immer noch, noch immer, zum zweiten mal, zum dritten mal, mehrfach, mehrmals, staendig, standig, jedes mal, seit wochen, seit tagen, seit monaten,
    encore, toujours, deuxieme fois, troisieme fois, plusieurs fois, a chaque fois, depuis des semaines, depuis des jours, relance,
    otra vez, de nuevo, todavia, sigo esperando, segunda vez, tercera vez, varias veces, cada vez, semanas, siempre,
    de novo, novamente, ainda, continuo esperando, segunda vez, terceira vez, varias vezes, toda vez, semanas, sempre`,
  'no-answer': `
    no response, no reply, no replies, no answer, not responding, not replied, haven't replied, haven't heard, hasn't replied, never replied, never responded, never heard back, never called, no one, nobody, noone, not one, ignor*, unanswered, hung up, hang up, on hold, no call, no update, no explanation, no communication, no apology, passed around, pillar to post, waiting for a reply, didn't reply, didn't respond, no contact, won't answer, anyone there, no info*, no one cares, not bothered, can't be bothered, no solution, no resolution, not resolved, no help,
    keine antwort, keine ruckmeldung, niemand, ignorier*, nicht erreichbar, warteschleife, meldet sich nicht,
    pas de reponse, aucune reponse, sans reponse, personne, ignore*, sans nouvelles, injoignable,
    sin respuesta, nadie, ignor*, no responden, no contestan, sin solucion,
    sem resposta, ninguem, ignor*, nao respondem, nao atendem, sem solucao`,
  sarcasm: `
    well done, well played, great job, good job, nice job, nice one, thanks for nothing, thanks for ruining, thanks for making, thanks a lot for, thanks for the, congrat*, cheers for, love how, love that, love it when, love waiting, great service, great customer service, great start, really great, brilliant, genius, good luck, how lovely, lovely, just great, just brilliant, real nice, so much for, glad i paid, glad to see, good to know, nice to know, what a joke, apparently, supposedly, so called, wow, bravo, slow clap, oh well, come on, are you kidding, you kidding, must be joking, are you serious, what is the point, what's the point, what a, why bother, bothered, not like,
    na toll, ganz toll, bravo, vielen dank auch, super leistung, herzlichen gluckwunsch,
    bravo, merci bien, felicitations, quelle blague, super service,
    bravo, felicidades, que bonito, muy bonito, vaya servicio, menudo,
    parabens, bravo, que beleza, otimo servico, que piada`,
  relief: `
    thank you so much, thanks so much, thank you very much, thanks for your help, thanks for the help, thank you for your help, thanks for your reply, thank you for your reply, thanks for the reply, thanks for the quick, thanks for getting back, much appreciated, appreciate it, appreciated, that worked, it worked, works now, working now, sorted, resolved, fixed it, fixed now, all good, perfect, excellent, amazing, awesome, fantastic, great thanks, great thank you, ok thanks, ok thank you, okay thanks, thanks again, cheers, lovely thanks, no worries, no problem, love you, best service, :), 😊, 👍, ❤, 😀, 😁, xx,
    vielen dank, danke fur die hilfe, funktioniert jetzt, hat geklappt, erledigt, perfekt, super danke, alles gut,
    merci beaucoup, merci pour votre aide, ca marche, resolu, parfait, c'est bon, genial,
    muchas gracias, gracias por la ayuda, ya funciona, solucionado, resuelto, perfecto, genial, excelente,
    muito obrigad*, obrigad* pela ajuda, ja funciona, resolvido, perfeito, otimo obrigad*, excelente`,
  accusation: `
    you, your, yours, yourself, yourselves, you guys, u, ur,
    ihr, euer, eure, ihre, ihnen,
    vous, votre, vos,
    usted, ustedes, vuestro, su servicio,
    voce, voces, de voces`,
  refusal: `
    not, no, never, nothing, none, nor, neither, cannot, can't, don't, won't, didn't, doesn't, isn't, wasn't, weren't, aren't, haven't,
    hasn't, hadn't, wouldn't, couldn't, shouldn't, ain't,
    nicht, nichts, nie, niemals, kein, keine, keinen,
    ne, pas, jamais, rien, aucun, aucune,
    nunca, nada, ningun, ninguna, jamas,
    nao, nenhum, nenhuma, jamais`,
  why: `why, warum, wieso, weshalb, pourquoi, por que, porque`,
  request: `
    please, pls, plz, could you, can you, would you, may i, could i, is it possible,
    bitte, konnen sie, konnten sie, s'il vous plait, svp, pouvez-vous, por favor, puede, podria, podrian, pode, poderia`,
  'closing-thanks': `
    thank, thanks, thx, ty, cheers, appreciate*, danke, dankeschon, merci, gracias, obrigad*`,
} as const;
