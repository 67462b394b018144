"""The demonstration's people and places. All of them are invented; the addresses lead nowhere."""

from dataclasses import dataclass

PASSWORD = "demonstration"
DOMAIN = "demo.example"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody: their name, the word before the @, their class, and the courses that they have taken."""

    name: str
    login: str
    member_class: str
    courses: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


ADULT, STUDENT, COMPANY = "Adulte", "Étudiant ou demandeur d’emploi", "Entreprise"
PRINTING, CUTTING, MILLING = "Impression 3D", "Découpe laser", "Fraisage numérique"

STAFF = (
    Person("Hélène Marchand", "admin", ADULT, (PRINTING, CUTTING, MILLING)),
    Person("Yanis Benali", "fabmanager", ADULT, (PRINTING, CUTTING, MILLING)),
    Person("Margaux Tissier", "fabmanager.rive", ADULT, (PRINTING, CUTTING)),
    Person("Samuel Okoye", "formateur", ADULT, (PRINTING, CUTTING, MILLING)),
    Person("Odile Perret", "tresoriere", ADULT),
)
MAKERS = (
    Person("Léa Fontaine", "membre", ADULT, (PRINTING, CUTTING)),
    Person("Amadou Diallo", "amadou", STUDENT, (PRINTING,)),
    Person("Chloé Garnier", "chloe", STUDENT, (PRINTING, CUTTING)),
    Person("Bastien Leroux", "bastien", ADULT, (PRINTING, CUTTING, MILLING)),
    Person("Inès Rahmani", "ines", ADULT, (CUTTING,)),
    Person("Gabriel Fournier", "gabriel", COMPANY, (PRINTING, MILLING)),
    Person("Thi Mai Nguyen", "mai", COMPANY, (PRINTING, CUTTING)),
    Person("Jean-Baptiste de La Rochefoucauld-Montbel", "jean-baptiste", ADULT, (PRINTING,)),
    Person("Noé Vidal", "noe", STUDENT, (PRINTING,)),
    Person("Zoé Lambert", "zoe", ADULT, (PRINTING, CUTTING)),
    Person("Karim Ziani", "karim", ADULT, (PRINTING, MILLING)),
    Person("Awa Diop", "awa", STUDENT, (PRINTING,)),
    Person("Hugo Picard", "hugo", ADULT),
)

CATEGORIES = (("Imprimante 3D", "printer"), ("Découpe laser", "lightning-charge"), ("Fraiseuse numérique", "tools"))


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine: where it stands, and for a printer, how its simulated OctoPrint behaves."""

    name: str
    model: str
    site: str
    room: str
    category: str
    about: str = ""
    simulator: str | None = None
    """`auto` prints by itself, `idle` waits for its first print, `off` is switched off, `silent` does not answer."""
    state: str = "available"
    note: str = ""
    slot_minutes: int = 30


PRINTER, LASER, MILL = (name for name, _ in CATEGORIES)
HALL, RIVE = "halle", "rive"
_PLA = "PLA et PETG fournis au comptoir ; le vôtre est bienvenu s’il est sec."
MACHINES = (
    Machine("Prusa MK4 n°1", "Original Prusa MK4", HALL, "Salle des imprimantes", PRINTER, _PLA, "auto"),
    Machine("Prusa MK4 n°2", "Original Prusa MK4", HALL, "Salle des imprimantes", PRINTER, _PLA, "auto"),
    Machine("Prusa XL", "Original Prusa XL, 5 têtes", HALL, "Salle des imprimantes", PRINTER, _PLA, "idle"),
    Machine("Ultimaker S5", "Ultimaker S5", HALL, "Salle des imprimantes", PRINTER, _PLA, "off"),
    Machine(
        "Trotec Speedy 360",
        "Trotec Speedy 360, 80 W",
        HALL,
        "Atelier laser",
        LASER,
        "Bois, papier, acrylique. Jamais de PVC.",
    ),
    Machine(
        "Epilog Zing 24",
        "Epilog Zing 24, 40 W",
        HALL,
        "Atelier laser",
        LASER,
        state="out_of_order",
        note="lentille à remplacer, pièce commandée",
    ),
    Machine(
        "Shopbot Desktop",
        "Shopbot Desktop MAX",
        HALL,
        "Atelier bois",
        MILL,
        "Bois et mousse jusqu’à 60 mm.",
        slot_minutes=60,
    ),
    Machine("Prusa Mini n°1", "Original Prusa Mini+", RIVE, "Fablab", PRINTER, _PLA, "auto"),
    Machine("Prusa Mini n°2", "Original Prusa Mini+", RIVE, "Fablab", PRINTER, _PLA, "auto"),
    Machine("Ender 3 de prêt", "Creality Ender 3 S1", RIVE, "Fablab", PRINTER, _PLA, "silent"),
    Machine("xTool P2", "xTool P2, 55 W", RIVE, "Fablab", LASER, "Bois et cuir jusqu’à 10 mm."),
    Machine(
        "Roland SRM-20",
        "Roland monoFab SRM-20",
        RIVE,
        "Électronique",
        MILL,
        "Circuits imprimés et cire.",
        state="maintenance",
        note="graissage des axes",
    ),
)
FILES = (
    "support_etagere.gcode", "boitier_capteur.gcode", "engrenage_z24.gcode", "charniere_porte.gcode",
    "maquette_quartier.gcode", "poignee_velo.gcode", "cadre_photo.gcode", "adaptateur_aspiration.gcode",
    "lampe_origami.gcode", "piece_orthese_v3.gcode", "pot_hexagonal.gcode", "crochet_atelier.gcode",
)  # fmt: skip
