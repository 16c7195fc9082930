import { terms } from '../../kernel/text/words.ts';

/**
 * Words that customers and agents use for the same thing, one line a meaning, in English, German, French, Spanish
 * and Portuguese. They let "parcel" meet "package", and "Rechnung" meet "invoice". Single words only.
 */
const table = {
  parcel:
    'parcel package packages pkg shipment delivery deliver delivered courier driver carrier ups usps fedex dhl paket lieferung zustellung versand sendung colis livraison paquete envio entrega encomenda pacote',
  tracking:
    'tracking track dispatched dispatch shipped ship transit sendungsverfolgung suivi rastreo rastreamento',
  order:
    'order orders ordered preorder purchase purchased bought buy bestellung bestellt kauf gekauft commande achat pedido compra compré encomendei',
  late: 'late delay delays delayed overdue waiting waited wait behind verspätet verspätung verzögerung warten retard attendre attente retraso tarde esperando atraso atrasado',
  refund:
    'refund refunds refunded reimburse reimbursed reimbursement compensation compensate compensated voucher moneyback erstattung rückerstattung entschädigung remboursement rembourser indemnisation reembolso devolución indemnización devolução',
  charge:
    'charge charged charges charging bill bills billed billing invoice invoiced fee fees overcharged payment pay paid paying tariff rechnung gebühr abbuchung belastet zahlung bezahlt facture facturé frais prélèvement paiement factura cargo cobro pago fatura cobrança pagamento',
  price:
    'price prices priced cost costs cheaper expensive discount offer deal sale promo promotion coupon preis rabatt angebot prix remise precio descuento oferta preço desconto',
  card: 'card cards debit credit visa mastercard amex paypal bank atm karte konto carte banque tarjeta banco cartão',
  cancel:
    'cancel cancels cancelled canceled canceling cancelling cancellation terminate kündigen kündigung stornieren storno annuler annulation résilier cancelar cancelación cancelamento',
  return:
    'return returned returning exchange replace replaced replacement warranty rückgabe umtausch ersatz garantie retour échange remplacement cambio reemplazo troca substituição',
  damaged:
    'damaged damage broken broke cracked faulty defective defect ripped torn beschädigt kaputt defekt endommagé cassé défectueux dañado roto defectuoso danificado quebrado defeituoso',
  missing:
    'missing lost disappeared gone vanished stolen fehlt verloren verschwunden manquant perdu disparu volé falta perdido desaparecido robado faltando sumiu',
  flight:
    'flight flights plane aircraft flying fly flew airline airport boarding board boarded gate runway tarmac pilot crew cabin airways flug flughafen vol avion aéroport vuelo avión aeropuerto voo avião aeroporto',
  luggage:
    'luggage bag bags baggage suitcase carousel gepäck koffer bagage valise equipaje maleta bagagem mala',
  seat: 'seat seats seated seating sitz sitzplatz siège place asiento assento',
  booking:
    'booking booked book reservation reserve reserved itinerary rebook rebooked locator confirmation buchung gebucht réservation reserva',
  train:
    'train trains railway rail station platform carriage coach coaches railcard commuter zug bahn bahnhof gleis gare quai tren estación trem estação',
  ticket: 'ticket tickets tix fare fares fahrkarte billet billete boleto bilhete passagem',
  store:
    'store stores shop shops branch supermarket till checkout laden filiale geschäft magasin boutique tienda sucursal loja',
  stock:
    'stock stocked available availability sold discontinued unavailable lager ausverkauft verfügbar rupture disponible agotado estoque disponível',
  food: 'food meal eat ate chicken bread sandwich salad pizza milk meat breakfast lunch dinner vegan restaurant burger drink cheese rotten mouldy moldy expired essen brot nourriture repas comida alimento',
  staff:
    'staff employee employees agent agents rep reps representative advisor adviser manager colleague associate mitarbeiter berater employé conseiller empleado asesor agente funcionário atendente',
  phonecall:
    'call calls called calling phone phoned rang ring telephone hold voicemail anruf angerufen telefon appel appelé téléphone llamada llamar llamé teléfono ligação liguei telefone',
  message:
    'email emails mail message messages text texts dm reply replied replies response respond responded answer answered nachricht antwort réponse mensaje respuesta correo mensagem resposta',
  signin:
    'login log logged logging sign signin password passwords username locked unlock reset credentials anmelden passwort einloggen kennwort connexion identifiant contraseña acceso senha',
  account: 'account accounts profile membership member konto benutzerkonto compte cuenta conta',
  subscription:
    'subscription subscribe subscribed unsubscribe premium plan plans contract renew renewal upgrade abo abonnement vertrag forfait contrat suscripción contrato assinatura',
  internet:
    'internet wifi wi-fi broadband router modem network signal coverage lte 4g 3g connection connect connected connecting connectivity bandwidth netz netzwerk verbindung réseau connexion red conexión señal rede conexão sinal',
  outage:
    'outage outages down offline unavailable interruption störung ausfall panne coupure caída corte queda fora',
  slow: 'slow slower lag lags lagging laggy buffering freeze freezes freezing frozen langsam hängt lent lente lento lenta travando',
  crash:
    'crash crashes crashed crashing error errors bug bugs glitch glitches glitchy issue problem fail fails failed failing fehler absturz problem erreur plantage problème fallo problema erro falha',
  device:
    'iphone ipad phone phones mobile handset android samsung galaxy pixel smartphone handy gerät téléphone portable móvil teléfono celular',
  computer:
    'computer pc laptop mac macbook desktop windows rechner ordinateur computadora ordenador computador',
  update:
    'update updates updated updating upgrade upgraded ios version install installed installing installation reinstall reinstalled download downloaded downloading aktualisierung herunterladen installieren mise télécharger actualización actualizar descargar atualização baixar',
  restart:
    'restart restarted restarting reboot rebooted reset powercycle unplug unplugged neustart redémarrer reiniciar',
  battery: 'battery batteries charger charging charge drain draining drains akku batterie batería bateria',
  app: 'app apps application website site webpage page browser chrome safari firefox online anwendung webseite seite appli página sitio aplicación aplicativo',
  music:
    'music song songs playlist playlists album albums artist track spotify itunes podcast musik lied musique chanson música canción',
  video:
    'video videos tv television stream streaming streams channel channels netflix hulu episode episodes show movie movies film fernseher sendung serie chaîne película canal filme',
  game: 'game games gaming xbox playstation ps4 console controller gamertag multiplayer psn fifa dlc spiel konsole jeu juego jogo',
  screen: 'screen display picture image photo photos screenshot camera bildschirm écran pantalla tela',
  sound:
    'sound audio volume speaker speakers headphones headset mic microphone airpods ton lautsprecher son haut-parleur sonido áudio som',
  voucher:
    'code codes promo voucher gift giftcard coupon redeem redeemed points reward rewards gutschein einlösen bon cupón canjear cupom resgatar',
  address:
    'address postcode zip zipcode street neighbour neighbor moved location adresse anschrift postleitzahl dirección endereço',
  fraud:
    'fraud fraudulent scam scammed hacked hack phishing suspicious unauthorized unauthorised stolen betrug gehackt fraude piraté estafa hackeado golpe',
  dirty: 'dirty filthy clean toilet toilets rubbish smell smelly mould hygiene schmutzig sale sucio sujo',
  cold: 'heating heater cold freezing hot warm heat aircon temperature kalt heizung froid chauffage frío calefacción frio',
  crowded: 'crowded overcrowded full packed standing stand cram crammed rammed überfüllt bondé lleno lotado',
  clothes:
    'shirt shoes shoe jacket dress jeans size sizes clothing clothes coat trainers kleidung schuhe größe vêtement chaussures taille ropa zapatos talla roupa sapatos tamanho',
  car: 'car cars vehicle ride driver cab taxi uber lyft trip pickup auto fahrt voiture trajet coche viaje carro corrida',
  sim: 'sim roaming prepaid postpaid port porting recharge activate activated activation number telefonnummer',
  appointment:
    'appointment slot engineer technician install visit termin techniker rendez-vous technicien cita técnico agendamento',
} as const;

export type Concept = keyof typeof table;

const byTerm = new Map<string, Concept[]>();
for (const concept of Object.keys(table) as Concept[])
  for (const term of new Set(terms(table[concept]))) byTerm.set(term, [...(byTerm.get(term) ?? []), concept]);

/** The meanings that the given terms (see `terms`) stand for; a meaning appears as often as its words do. */
export function conceptsOf(found: readonly string[]): Concept[] {
  return found.flatMap((term) => byTerm.get(term) ?? []);
}
