import type { ShopText } from './shop-text.ts';

export const spanish: ShopText = {
  language: 'es',
  name: 'Español',
  skip: 'Ir al contenido',
  menu: 'Páginas',
  languages: 'Idioma',
  more: 'Ver',
  addToCart: 'Añadir al carrito',
  notReal: 'Esta tienda es una demostración: aquí no se puede comprar nada.',
  invented: 'Brookline Outfitters es una tienda inventada. Forma parte del entorno de pruebas de InDesk.',
  notFound: 'Esta página no existe.',
  perks: [
    ['30 días para devolver', 'Etiqueta gratuita en EE. UU. y la UE.'],
    ['Dos años de garantía', 'En cremalleras, varillas, costuras y linternas.'],
    ['Reparar antes que cambiar', 'Taller propio y recambios durante diez años.'],
  ],
  products: [
    {
      slug: 'ridgeline-2',
      name: 'Ridgeline 2',
      line: 'Una tienda para dos que una persona monta en ocho minutos.',
      price: '209,00 €',
      facts: [
        ['Plazas', '2'],
        ['Peso', '2,1 kg'],
        ['Columna de agua', '3.000 mm, suelo 5.000 mm'],
        ['Varillas', 'aluminio, 8,5 mm'],
      ],
    },
    {
      slug: 'ember-300',
      name: 'Ember 300',
      line: 'Una linterna para nueve horas de luz, cargada por USB-C.',
      price: '54,90 €',
      facts: [
        ['Luz', 'hasta 300 lúmenes'],
        ['Batería', 'de 9 a 60 horas'],
        ['Lluvia', 'resiste salpicaduras (IPX4)'],
        ['Carga', '4 horas a 5 V / 2 A'],
      ],
    },
  ],
  pages: {
    '': {
      title: 'Equipo para largas noches al aire libre',
      lead: 'Tiendas de campaña, linternas y café de una pequeña tienda que repara lo que vende.',
      sections: [],
    },
    'ridgeline-2': {
      title: 'Ridgeline 2',
      lead: 'Una tienda para dos que una persona monta en ocho minutos.',
      sections: [
        [
          'Por qué es buena',
          '<p>Dos varillas cruzadas, costuras selladas y un ábside a cada lado para las botas y el hornillo. Todo lo que se gasta existe como recambio.</p>',
        ],
        [
          'En la bolsa',
          '<ul><li>tienda interior y doble techo</li><li>dos varillas</li><li>doce piquetas, cuatro vientos</li></ul>',
        ],
      ],
    },
    'ember-300': {
      title: 'Ember 300',
      lead: 'Una linterna para nueve horas de luz, cargada por USB-C.',
      sections: [
        [
          'Por qué es buena',
          '<p>Luz cálida en cinco niveles, un gancho arriba y un interruptor que se encuentra con guantes. La batería se cambia con un tornillo.</p>',
        ],
        ['En la caja', '<ul><li>linterna</li><li>cable USB-C de 1 m</li><li>guía rápida</li></ul>'],
      ],
    },
    delivery: {
      title: 'Envíos',
      lead: 'Lo pedido antes de las 12:00 UTC de un día laborable sale el mismo día.',
      sections: [
        [
          'Plazos y gastos',
          '<table><thead><tr><th scope="col">País</th><th scope="col">Días laborables</th><th scope="col">Gastos</th><th scope="col">Gratis desde</th></tr></thead><tbody><tr><th scope="row">España</th><td>4–6</td><td>6,90 €</td><td>80 €</td></tr><tr><th scope="row">Otros países de la UE</th><td>3–7</td><td>7,90 €</td><td>90 €</td></tr></tbody></table>',
        ],
        ['Seguimiento', '<p>El enlace llega por correo electrónico cuando sale el paquete.</p>'],
      ],
    },
    returns: {
      title: 'Devoluciones',
      lead: 'Tiene 30 días desde la entrega.',
      sections: [
        [
          'Cómo se hace',
          '<ol><li>Pida una etiqueta en el chat o por correo.</li><li>Entregue el paquete en 14 días.</li><li>El dinero vuelve en 5–7 días laborables al medio de pago que usó.</li></ol>',
        ],
        ['Lo que no se devuelve', '<p>Tarjetas regalo, café abierto y artículos hechos a medida.</p>'],
      ],
    },
    warranty: {
      title: 'Garantía',
      lead: 'Dos años desde la entrega, en todo lo que no debería romperse.',
      sections: [
        [
          'Qué cubre',
          '<p>Cremalleras, varillas, costuras y la electrónica de las linternas; las baterías, un año.</p>',
        ],
        [
          'Qué no cubre',
          '<p>Quemaduras, decoloración y mordeduras de animales. Eso lo reparamos con un coste.</p>',
        ],
      ],
    },
    contact: {
      title: 'Contacto',
      lead: 'El chat de abajo a la derecha responde a cualquier hora; hay personas los días laborables.',
      sections: [
        [
          'Personas',
          '<p>De lunes a viernes, de 9:00 a 18:00. En el chat, elija «Hablar con una persona».</p>',
        ],
        ['Por correo', '<p>help@brookline.example</p>'],
        ['Nuestra tienda', '<p>Speicherweg 12, Hamburgo</p>'],
      ],
    },
  },
};
