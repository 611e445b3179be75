"""The words of the simulated users: what they call a concept, and what they write that no picture shows.

Each entry is a word with its relative frequency. A word in two entries (sky, water, plants) is what ties two concepts
together, as it does among real users. Numbers follow MIRFLICKR-25k's tag counts roughly; no relation between words is
written down here or anywhere else: what a skip-gram finds comes from how pictures are tagged.
"""


def _words(text: str) -> dict[str, float]:
    pairs = (entry.rsplit(":", 1) for entry in text.split())
    return {word: float(weight) for word, weight in pairs}


# concept -> (how readily users name it, its words)
NAMES = {
    "sky": (0.5, "sky:40 blue:8 cielo:7 himmel:3 ciel:3 heaven:2 air:2 bluesky:3 horizon:3"),
    "clouds": (0.9, "clouds:30 cloud:9 sky:16 nubes:4 nuvole:3 wolken:3 nuages:2 cloudy:3 storm:3 weather:2"),
    "sun": (1.0, "sun:30 sunset:9 sunlight:5 sunshine:5 sol:5 light:6 sunrise:6 dusk:3 sole:3 soleil:2 sky:5 sunny:3"),
    "sunset": (
        2.2,
        "sunset:40 sun:10 dusk:7 sunrise:9 sky:9 atardecer:5 tramonto:4 orange:5 evening:4 twilight:3 "
        "coucherdesoleil:2 sonnenuntergang:2 silhouette:4 goldenhour:2 dawn:3 red:3 clouds:4",
    ),
    "night": (
        1.6,
        "night:40 noche:5 notte:4 nacht:4 nuit:3 nightshot:4 lights:9 dark:6 longexposure:8 light:5 nightlights:2",
    ),
    "moon": (1.6, "moon:35 luna:7 lune:3 mond:3 fullmoon:6 moonlight:5 night:7 crescent:2 lunar:2"),
    "stars": (1.3, "stars:30 star:7 estrellas:3 stelle:3 sterne:2 milkyway:4 astronomy:4 universe:3 night:9 space:3"),
    "sea": (1.2, "sea:22 ocean:16 water:16 mar:7 mare:6 waves:7 meer:4 mer:4 coast:5 blue:5 seascape:5 beach:4"),
    "beach": (
        1.5,
        "beach:36 sand:12 playa:6 plage:3 spiaggia:3 strand:3 sea:8 ocean:5 coast:5 shore:4 waves:3 summer:6",
    ),
    "lake": (1.2, "lake:28 water:17 reflection:11 lago:7 see:3 lac:3 reflections:6 landscape:6 nature:5 pond:3"),
    "river": (1.1, "river:26 water:16 rio:4 fiume:3 fluss:3 stream:5 landscape:4 reflection:4 nature:4 riviere:2"),
    "mountain": (
        1.1,
        "mountain:18 mountains:20 landscape:12 nature:7 berg:4 montagne:4 hiking:6 alps:4 rock:4 peak:3 hills:4",
    ),
    "snow": (1.6, "snow:36 winter:24 ice:7 cold:6 neve:5 nieve:4 schnee:4 neige:3 white:6 mountains:4"),
    "grass": (
        0.55,
        "grass:18 green:22 field:10 nature:9 meadow:4 landscape:6 gras:2 plants:4 spring:4 prato:2 summer:4",
    ),
    "tree": (
        0.75,
        "tree:24 trees:19 nature:12 green:9 forest:9 leaves:6 autumn:7 fall:5 plants:4 arbol:3 albero:3 "
        "baum:3 wood:4 park:4 arbre:2 bosque:2",
    ),
    "flower": (
        1.3,
        "flower:26 flowers:18 nature:9 garden:7 plants:4 flor:5 fiore:4 blume:3 fleur:3 spring:6 bloom:4 "
        "petals:4 pink:4 yellow:4 plant:4 blossom:3",
    ),
    "building": (
        0.9,
        "architecture:20 building:15 city:18 urban:10 buildings:7 skyline:6 street:8 window:7 windows:4 "
        "town:4 cityscape:5 edificio:2 arquitectura:3 downtown:4",
    ),
    "house": (
        0.85,
        "house:22 home:10 casa:8 architecture:8 village:6 haus:3 maison:3 building:6 roof:4 window:4 cottage:4",
    ),
    "road": (
        0.8,
        "road:22 street:18 highway:6 strada:3 strasse:2 calle:3 path:5 route:3 drive:4 asphalt:2 travel:5 roadtrip:4",
    ),
    "car": (
        1.5,
        "car:36 cars:8 auto:10 vintage:6 automobile:5 coche:3 classic:5 vehicle:4 street:4 traffic:4 voiture:2 red:3",
    ),
    "boat": (
        1.4,
        "boat:26 boats:13 ship:7 sailing:8 harbour:6 harbor:5 barco:4 barca:4 bateau:2 boot:3 sail:6 port:4 "
        "water:8 sea:6",
    ),
    "bird": (
        1.7,
        "bird:34 birds:14 nature:8 wildlife:8 seagull:7 gull:4 ave:3 uccello:2 vogel:4 oiseau:2 animal:7 "
        "flight:4 wings:4",
    ),
    "bridge": (1.5, "bridge:38 puente:4 ponte:4 brucke:3 pont:3 architecture:9 river:7 water:5 city:4 structure:3"),
    "rainbow": (2.2, "rainbow:40 arcoiris:6 arcobaleno:5 regenbogen:3 rain:8 colors:6 sky:8 colour:3"),
}
NAMES = {concept: (weight, _words(text)) for concept, (weight, text) in NAMES.items()}

# What else a user sees in the picture: facts of the drawing, and the colours that prevail in it.
LOOKS = {
    "church": (
        1.2,
        "church:30 religion:7 iglesia:4 chiesa:4 kirche:4 tower:8 architecture:8 eglise:3 faith:2 cathedral:5",
    ),
    "reflection": (0.7, "reflection:30 reflections:12 mirror:5 reflejo:3 riflessi:3"),
    "macro": (1.0, "macro:30 bokeh:10 closeup:10 dof:5 nature:6"),
    "bw": (1.3, "bw:30 blackandwhite:20 bn:7 monochrome:8 noiretblanc:3 black:5 white:5 biancoenero:3"),
    "sepia": (1.0, "sepia:30 old:10 vintage:12 antique:3"),
    "faded": (0.3, "faded:6 retro:8 vintage:8 film:6"),
    "blue": (0.45, "blue:40 azul:7 blu:5 bleu:3 blau:3"),
    "red": (0.45, "red:40 rojo:5 rosso:5 rouge:3 rot:2"),
    "green": (0.4, "green:40 verde:12 vert:3 grun:2"),
    "yellow": (0.4, "yellow:40 amarillo:6 giallo:5 gelb:3"),
    "orange": (0.4, "orange:40 naranja:5 arancione:3"),
    "pink": (0.4, "pink:40 rosa:10 purple:10"),
}
LOOKS = {sight: (weight, _words(text)) for sight, (weight, text) in LOOKS.items()}

# What no picture shows. kind -> (share of such tags, words)
CONTEXT = {
    "groups": (
        0.18,
        "explore:50 explored:20 interestingness:17 i500:13 abigfave:12 diamondclassphotographer:10 "
        "anawesomeshot:8 naturesfinest:8 topf25:7 superbmasterpiece:5 flickrdiamond:5 bravo:6 aplusphoto:5 "
        "impressedbeauty:4 searchthebest:4 supershot:4 platinumphoto:4 colorphotoaward:3",
    ),
    "projects": (0.09, "365days:18 365:8 project365:5 me:21 selfportrait:21 self:11 portrait:14 365toyproject:2"),
    "people": (
        0.12,
        "girl:14 people:15 man:9 woman:7 baby:8 friends:6 family:6 face:6 eyes:7 kids:4 boy:5 children:4 "
        "hands:4 wedding:5",
    ),
    "things": (
        0.13,
        "dog:17 cat:12 food:10 graffiti:19 streetart:10 toy:8 music:9 coffee:4 book:4 guitar:3 shoes:3 toys:3 "
        "sign:10 lego:4 cake:4 stilllife:5 glass:4 hair:4 museum:4 christmas:10",
    ),
    "moods": (
        0.13,
        "art:20 love:10 cute:8 dream:5 happy:5 beautiful:6 fun:5 sad:3 peace:3 old:8 abandoned:8 alone:4 "
        "magic:2 hope:3 life:4 soul:2 freedom:3 abstract:8 color:11 colors:9 light:9 shadow:9 texture:6 "
        "silence:2",
    ),
    "beliefs": (
        0.025,
        "religion:10 god:5 faith:5 spirit:3 history:6 culture:5 buddha:3 temple:5 cross:3 prayer:3 angel:4 cemetery:4",
    ),
    "process": (
        0.1,
        "hdr:16 photoshop:9 film:14 digital:9 strobist:10 vintage:10 geotagged:17 polaroid:6 crossprocessed:4 "
        "video:8 photography:6 photo:5 square:3 lomo:5 longexposure:5 texture:4",
    ),
}
CONTEXT = {kind: (share, _words(text)) for kind, (share, text) in CONTEXT.items()}

# A user's own words: camera, home, years. One line each: what goes together.
CAMERAS = {
    "nikon d80": 6,
    "nikon d40": 5,
    "nikon d200": 4,
    "nikon d50": 4,
    "canon 400d": 6,
    "canon eos": 6,
    "canon 50mm": 4,
    "canon eos350d": 4,
    "canon rebel": 4,
    "sony alpha": 2,
    "olympus e510": 1.5,
    "pentax k10d": 1.5,
    "film holga": 2,
    "kodak film": 1.5,
    "lomo film": 2,
    "panasonic lumix": 2,
    "fuji finepix": 1.5,
}
HOMES = {
    "en": [
        "nyc newyork newyorkcity usa",
        "california sanfrancisco usa",
        "london uk england",
        "canada toronto ontario",
        "chicago usa illinois",
        "seattle washington usa",
        "australia sydney",
        "scotland edinburgh uk",
        "ireland dublin",
        "losangeles california usa",
        "canada vancouver",
        "texas austin usa",
        "boston massachusetts usa",
    ],
    "es": ["spain espana madrid", "barcelona spain catalunya", "chile santiago", "mexico df", "argentina buenosaires"],
    "it": [
        "italy italia roma",
        "milano italia italy",
        "italia firenze toscana",
        "sicilia italia italy",
        "venezia italy venice",
    ],
    "fr": ["france paris", "france bretagne", "quebec montreal canada"],
    "de": ["germany berlin deutschland", "germany hamburg", "austria wien", "switzerland zurich"],
    "xx": [
        "japan tokyo",
        "japan kyoto",
        "brasil brazil",
        "netherlands amsterdam",
        "sweden stockholm",
        "taiwan taipei",
        "india",
        "turkey istanbul",
        "portugal lisboa",
    ],
}
LANGUAGES = {"en": 0.58, "es": 0.1, "it": 0.1, "fr": 0.06, "de": 0.06, "xx": 0.1}
YEARS = {
    "2007": 22,
    "2008": 18,
    "2006": 9,
    "2005": 3,
    "summer": 7,
    "winter": 7,
    "spring": 8,
    "autumn": 7,
    "vacation": 4,
    "travel": 9,
    "holiday": 3,
    "may": 3,
    "july": 3,
    "october": 3,
}

# Words that only users of one language write; all other words are common to all.
FOREIGN = {
    "es": (
        "cielo nubes sol atardecer noche luna estrellas mar playa lago rio nieve arbol bosque flor edificio "
        "arquitectura casa calle coche barco ave puente arcoiris iglesia reflejo azul rojo verde amarillo "
        "naranja rosa bn"
    ),
    "it": (
        "cielo nuvole sole tramonto notte luna stelle mare spiaggia lago fiume montagne neve prato albero "
        "fiore casa strada auto barca uccello ponte arcobaleno chiesa riflessi blu rosso verde giallo "
        "arancione rosa biancoenero bn"
    ),
    "fr": (
        "ciel nuages soleil coucherdesoleil nuit lune mer plage lac riviere montagne neige arbre fleur maison "
        "route voiture bateau oiseau pont eglise noiretblanc bleu rouge vert rosa"
    ),
    "de": (
        "himmel wolken sonnenuntergang nacht mond sterne meer strand see fluss berg schnee gras baum blume "
        "haus strasse auto boot vogel brucke regenbogen kirche blau rot grun gelb"
    ),
}
FOREIGN = {language: frozenset(words.split()) for language, words in FOREIGN.items()}
