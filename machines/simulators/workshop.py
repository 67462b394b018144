"""A printer's day in a workshop: which parts are printed when, the same for everyone who asks with the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from machines.simulators.printer import SimulatedPrinter, StoredFile

DAY = 86_400.0
LAST_MINUTE = 24 * 60 - 2
SHORTEST = 45
"""Minutes before midnight from which on nobody looks for a print that is short enough."""
PARTS = (
    ("boitier_capteur_CO2.gcode", 95),
    ("support_camera_v3.gcode", 42),
    ("engrenage_24_dents.gcode", 31),
    ("charnière_porte_imprimante.gcode", 55),
    ("poignée_de_tiroir.gcode", 78),
    ("adaptateur_aspiration_60mm.gcode", 110),
    ("maquette_façade_1-50.gcode", 265),
    ("prothèse_main_doigt_index.gcode", 140),
    ("cale_bureau_réglable.gcode", 24),
    ("pot_hexagonal.gcode", 185),
    ("emporte-pièce_étoile.gcode", 18),
    ("boîtier_raspberry_pi.gcode", 125),
    ("crochet_vélo_mural.gcode", 160),
    ("médaille_fête_de_la_science.gcode", 36),
)
MEMBERS = ("camille", "nadia", "lucas", "inès", "théo", "mona")


@dataclass(frozen=True, slots=True)
class Command:
    """Something that happens to the printer."""

    at: float
    verb: str
    file: StoredFile | None = None
    user: str | None = None


class Workshop:
    """Keeps one printer busy, a workshop's way; at twice the speed everything takes half as long."""

    def __init__(self, printer: SimulatedPrinter, *, seed: int, speed: float = 1.0) -> None:
        self._printer, self._seed, self._speed = printer, seed, speed
        self._done_until: float | None = None

    def advance(self, now: float) -> None:
        """Let everything happen that is due by now; the first time, all since the day before."""
        day = DAY / self._speed
        since = self._done_until
        first = int((now if since is None else since) / day) - (since is None)
        for number in range(first, int(now / day) + 1):
            for command in self._day(number):
                if (since is None or command.at > since) and command.at <= now:
                    self._carry_out(command)
        self._done_until = now
        self._printer.advance(now)

    def _carry_out(self, command: Command) -> None:
        printer = self._printer
        printer.advance(command.at)
        if command.file is not None:
            if command.file.path not in printer.files:
                printer.store(command.file)
            printer.select(command.file.path, command.user)
            printer.start(command.at, command.user)
        else:
            {"pause": printer.pause, "resume": printer.resume, "cancel": printer.cancel}[command.verb](command.at)

    def _day(self, number: int) -> Iterator[Command]:
        """What happens on one day; the last print ends before midnight."""
        chance = Random(f"{self._seed}:{number}")
        minute = chance.uniform(1, 20)
        while True:
            name, usual = chance.choice(PARTS)
            user = chance.choice(MEMBERS)
            minutes = usual * Random(f"{self._seed}:{name}").uniform(0.9, 1.1)
            fate = chance.choices(("done", "cancelled", "paused"), (80, 8, 12))[0]
            share, rest = chance.uniform(0.1, 0.7), chance.uniform(2, 12)
            if minute + minutes + rest > LAST_MINUTE:
                if minute > LAST_MINUTE - SHORTEST:
                    return
                continue
            file = StoredFile(name, seconds=self._seconds(minutes), size=int(minutes * 41_000), user=user)
            yield Command(self._at(number, minute), "start", file, user)
            if fate == "cancelled":
                minute += minutes * share
                yield Command(self._at(number, minute), "cancel")
            elif fate == "paused":
                yield Command(self._at(number, minute + minutes * share), "pause")
                yield Command(self._at(number, minute + minutes * share + rest), "resume")
                minute += minutes + rest
            else:
                minute += minutes
            minute += chance.uniform(3, 25)

    def _at(self, day: int, minute: float) -> float:
        return (day * DAY + minute * 60) / self._speed

    def _seconds(self, minutes: float) -> float:
        return minutes * 60 / self._speed
