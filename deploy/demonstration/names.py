"""Small lists of invented names: whoever they seem to describe does not exist."""

from random import Random

GIVEN = (
    "Ada", "Amara", "Anselm", "Bao", "Beatriz", "Caleb", "Carmen", "Cyrus", "Dalia", "Darnell", "Elif", "Emilio",
    "Esther", "Farah", "Felix", "Gwen", "Hana", "Hugo", "Imani", "Ines", "Isaac", "Jamal", "Jia", "Joaquin", "Kaya",
    "Keiko", "Lena", "Leon", "Lucia", "Malik", "Marisol", "Mei", "Milo", "Nadia", "Noor", "Omar", "Paloma", "Petra",
    "Quinn", "Rafael", "Rosa", "Ruben", "Sana", "Silas", "Simone", "Tariq", "Tess", "Thiago", "Uma", "Vera", "Wen",
    "Xiomara", "Yara", "Yusuf", "Zainab", "Zeke",
)  # fmt: skip
FAMILY = (
    "Abara", "Achterberg", "Alderete", "Banerji", "Bellweather", "Brandvold", "Caldera", "Chenoweth", "Cisneros",
    "Dovetail", "Duong", "Eastlake", "Escamilla", "Fairbanks", "Fennimore", "Galarza", "Greenleaf", "Haddad",
    "Hollis", "Ibarra", "Imamura", "Jankowski", "Kettering", "Kwan", "Larkspur", "Lindqvist", "Maldonado",
    "Merriweather", "Nakashima", "Nwosu", "Okonjo", "Orozco", "Pemberton", "Quintanar", "Ravindran", "Rosenquist",
    "Saldana", "Stillwater", "Tamayo", "Thistlewood", "Uchida", "Valdivia", "Vandermeer", "Wainwright", "Xiong",
    "Yarborough", "Zamudio",
)  # fmt: skip
STREETS = ("Alder", "Bayview", "Cottonwood", "Dogwood", "Elm", "Foothill", "Juniper", "Orchard", "Prairie", "Sycamore")


def full_name(chance: Random) -> tuple[str, str]:
    """A given and a family name."""
    return chance.choice(GIVEN), chance.choice(FAMILY)


def address(chance: Random) -> str:
    return f"{chance.randint(100, 4900)} {chance.choice(STREETS)} Street"
