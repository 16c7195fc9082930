import type { Draft } from './content.ts';

/** The space of the demo shop that customers may read. */
export const SHOP = '65541';

const changedAt = '2026-10-08T08:00:00.000Z';

/** What customers ask about services, in three languages. */
export const SHOP_PAGES: readonly Draft[] = [
  [
    '98601',
    SHOP,
    'Repair workshop',
    changedAt,
    `<h1>Repair workshop</h1><h2>Waterproofing</h2><p>Waterproofing a tent costs <strong>€39</strong> in our workshop and takes six business days.</p><h2>Sleeping bags</h2><p>Washing a down sleeping bag costs €29. It comes back after ten business days, dried and filled up.</p><h2>How to book a repair</h2><p>Book a slot at <a href="https://help.brookline.example/workshop">help.brookline.example/workshop</a> and send the item in clean: dirty items are sent back.</p>`,
  ],
  [
    '98602',
    SHOP,
    'Reparaturwerkstatt',
    changedAt,
    `<h1>Reparaturwerkstatt</h1><h2>Imprägnieren</h2><p>Das Imprägnieren eines Zelts kostet in unserer Werkstatt <strong>39 €</strong> und dauert sechs Werktage.</p><h2>Schlafsäcke</h2><p>Das Waschen eines Daunenschlafsacks kostet 29 €. Er kommt nach zehn Werktagen getrocknet und aufgefüllt zurück.</p><h2>Eine Reparatur anmelden</h2><p>Termin unter <a href="https://help.brookline.example/workshop">help.brookline.example/workshop</a> buchen und die Ware sauber einsenden: Verschmutztes geht zurück.</p>`,
  ],
  [
    '98603',
    SHOP,
    'Taller de reparación',
    changedAt,
    `<h1>Taller de reparación</h1><h2>Impermeabilizar</h2><p>Impermeabilizar una tienda cuesta <strong>39 €</strong> en nuestro taller y tarda seis días laborables.</p><h2>Sacos de dormir</h2><p>Lavar un saco de dormir de plumas cuesta 29 €. Vuelve a los diez días laborables, seco y relleno.</p><h2>Reservar una reparación</h2><p>Reserve en <a href="https://help.brookline.example/workshop">help.brookline.example/workshop</a> y envíe el artículo limpio: lo sucio se devuelve.</p>`,
  ],
  [
    '98604',
    SHOP,
    'Gift wrapping',
    changedAt,
    `<h1>Gift wrapping</h1><p>Gift wrapping costs <strong>€4.50</strong> a parcel. The paper is recycled and comes in green or blue.</p><h2>Greeting card</h2><p>A greeting card with up to 200 characters is free with it. Gift parcels hold no invoice; it comes by e-mail.</p>`,
  ],
  [
    '98605',
    SHOP,
    'Geschenkverpackung',
    changedAt,
    `<h1>Geschenkverpackung</h1><p>Die Geschenkverpackung kostet <strong>4,50 €</strong> je Paket. Das Papier ist aus Altpapier, in Grün oder Blau.</p><h2>Grußkarte</h2><p>Eine Grußkarte mit bis zu 200 Zeichen ist dabei kostenlos. Geschenkpakete enthalten keine Rechnung; sie kommt per E-Mail.</p>`,
  ],
  [
    '98606',
    SHOP,
    'Envoltorio de regalo',
    changedAt,
    `<h1>Envoltorio de regalo</h1><p>El envoltorio de regalo cuesta <strong>4,50 €</strong> por paquete. El papel es reciclado, verde o azul.</p><h2>Tarjeta de felicitación</h2><p>Incluye gratis una tarjeta de felicitación de hasta 200 caracteres. Los paquetes de regalo no llevan factura; llega por correo electrónico.</p>`,
  ],
  [
    '98607',
    SHOP,
    'Renting a tent',
    changedAt,
    `<h1>Renting a tent</h1><p>You can rent a Ridgeline 2 tent for <strong>€12 a night</strong>, for at least three nights. The deposit of €150 comes back within four business days after the tent has been checked.</p><h2>Cleaning</h2><p>Cleaning is included in the rent. Torn seams are not charged; lost poles cost €18 each.</p>`,
  ],
  [
    '98608',
    SHOP,
    'Ein Zelt mieten',
    changedAt,
    `<h1>Ein Zelt mieten</h1><p>Ein Zelt Ridgeline 2 kannst du für <strong>12 € je Nacht</strong> mieten, für mindestens drei Nächte. Die Kaution von 150 € kommt innerhalb von vier Werktagen nach der Prüfung des Zelts zurück.</p><h2>Reinigung</h2><p>Die Reinigung ist in der Miete enthalten. Gerissene Nähte werden nicht berechnet; verlorene Stangen kosten je 18 €.</p>`,
  ],
  [
    '98609',
    SHOP,
    'Alquilar una tienda',
    changedAt,
    `<h1>Alquilar una tienda</h1><p>Alquilar una tienda Ridgeline 2 cuesta <strong>12 € por noche</strong>, con un mínimo de tres noches. La fianza de 150 € se devuelve en cuatro días laborables después de revisar la tienda.</p><h2>Limpieza</h2><p>La limpieza está incluida en el alquiler. Las costuras rotas no se cobran; cada varilla perdida cuesta 18 €.</p>`,
  ],
];
