// Words people build passwords from: well-known favourites, names, teams, places, keyboard rows. A list of the usual
// passwords is made from them by the rules below, because most of those are one word with a number behind it.
const words = `
password passwort passwd pass passphrase motdepasse contrasena senha parola wachtwoord haslo geheim secret secreto
admin administrator root superuser sysadmin operator manager support helpdesk service customer agent login logon
welcome willkommen bienvenue bienvenido benvenuto hello hallo bonjour hola ciao letmein openup opensesame changeme
change default temp temporary guest user username test testing tester demo sample example master system server
computer internet network windows microsoft google apple facebook linkedin twitter instagram youtube amazon android
samsung iphone nokia sony playstation xbox nintendo pokemon minecraft fortnite counterstrike starcraft warcraft
database backup office company business finance account security safety private public office365 zendesk slack
qwerty qwertz azerty qwertyuiop qwertzuiop asdfgh asdfghjkl zxcvbn zxcvbnm yxcvbnm qazwsx qazwsxedc wasd poiuytrewq
abc abcd abcde abcdef abcdefg abcdefgh alphabet iloveyou ilovey loveyou ichliebedich jetaime teamo tiamo lovely love
lover loveme loverboy lovergirl sweetheart darling baby babygirl babyboy honey sugar angel princess prinzessin prince
queen king kingdom sunshine sonnenschein moonlight starlight star stars rainbow summer sommer winter spring autumn
herbst january february march april june july august september october november december monday tuesday wednesday
thursday friday saturday sunday freedom forever friends friend family familie mother father mama papa mommy daddy
brother sister schatz schatzi liebe engel blume hase maus katze hund monkey dragon tiger lion eagle falcon wolf bear
panther cougar jaguar leopard shark dolphin horse pferd kitten kitty puppy doggy cat dog bunny rabbit butterfly spider
spiderman superman batman ironman hulk captain america avengers marvel starwars skywalker jedi yoda vader startrek
matrix trustno harrypotter hogwarts gandalf frodo hobbit lordoftherings gameofthrones naruto sasuke pikachu snoopy
mickey minnie donald garfield simpson homer bart football fussball futbol soccer baseball basketball hockey tennis
golf cricket rugby volleyball swimming running liverpool arsenal chelsea manchester united barcelona realmadrid
madrid juventus milan inter bayern dortmund schalke werder hamburg frankfurt ajax feyenoord benfica porto santos
flamengo corinthians lakers yankees cowboys steelers eagles packers raiders dodgers redsox celtics bulls chicago
boston newyork losangeles california texas florida london paris berlin munich muenchen vienna wien zurich rome roma
istanbul moscow tokyo sydney dallas denver phoenix austin houston england scotland ireland germany deutschland france
spain italy italia portugal brazil brasil mexico canada australia india china japan russia america
michael michelle jennifer jessica jordan joshua daniel matthew andrew anthony christopher robert william thomas
charlie charles richard joseph david john james george edward patrick steven brian kevin jason justin brandon ryan
tyler nicholas nicole ashley amanda melissa stephanie elizabeth samantha rebecca rachel laura sarah maria anna andrea
martin peter stefan alexander sebastian maximilian benjamin jonas lukas leon felix florian tobias christian markus
andreas juergen wolfgang klaus hans petra sabine claudia katharina franziska johanna emma sophie marie lena julia
carlos jose juan pedro luis miguel antonio manuel francisco alejandro fernando ricardo roberto gabriel rafael lucas
giovanni giuseppe francesco alessandro marco luca matteo lorenzo pierre nicolas olivier philippe isabelle camille
maggie buddy bailey ginger shadow pepper peanut cookie chocolate banana orange apple cherry strawberry pineapple
coffee pizza cheese butter chicken bacon whiskey vodka guinness corona budweiser marlboro ferrari porsche mercedes
mustang corvette camaro harley davidson yamaha kawasaki honda toyota volkswagen audi bmw jaguar chevrolet subaru
metallica nirvana slipknot beatles eminem madonna britney rammstein greenday blink rockstar rocknroll guitar music
musik piano drummer dancer dance player gamer hunter hunting fishing ranger soldier warrior knight wizard magic mystic
merlin phoenix thunder lightning storm hurricane tornado blizzard fire water earth flower rose daisy lily jasmine
diamond crystal silver golden platinum emerald purple yellow green black white blue pink red killer slayer ninja
samurai pirate ghost zombie vampire devil demon satan lucifer heaven jesus christ jesuschrist godisgood blessed faith
grace hope believe peace victory winner champion success money dollar million billionaire lucky lottery casino poker
access access14 entry enter unlock openit whatever nothing something anything everything nobody somebody computer1
asshole fuckyou fuckme fuckoff bitch pussy sexy sexgod hotgirl hottie playboy bigdaddy biggie badboy badgirl cowboy
gangster hacker hacked hackme cheater cheese123 genesis exodus mustang1 trinity zaq mnbvcxz lkjhgfdsa onetwothree
`
  .trim()
  .split(/\s+/);

const endings =
  `1 2 3 7 9 01 07 10 11 12 13 21 22 23 69 77 88 99 007 100 101 111 123 222 234 321 333 420 456 555 666 777
  789 911 999 1111 1234 2000 2010 2015 2016 2017 2018 2019 2020 2021 2022 2023 2024 2025 2026 2027 12345 54321 123456
  1234567 12345678 123456789 1234567890 ! !! !!! . ? 1! 12! 123! 1234! 2024! 2025! 2026! @1 @123 #1 $1 _1 abc qwe xyz`
    .trim()
    .split(/\s+/);

/** Every usual password the rules make: each word alone, with each ending, with itself, and with a number in front. */
export const commonPasswords: ReadonlySet<string> = new Set(
  words.flatMap((word) => [
    word,
    word + word,
    `123${word}`,
    `1${word}`,
    ...endings.map((ending) => word + ending),
  ]),
);

/** The words alone. */
export const commonWords: ReadonlySet<string> = new Set(words);
