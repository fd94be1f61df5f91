"""Names in Cyrillic and Greek letters in Latin ones, so that “Киев” and “Kiev” can be compared.

Invariant: letters of other scripts stay as they are; nothing that is stored is changed by it.
"""

from typing import Final

_CYRILLIC: Final = (
    "а a б b в v г g ґ g д d е e ё e є e ж zh з z и i і i ї i й y ј j к k"  # noqa: RUF001 - letters of another script
    " л l љ lj м m н n њ nj о o п p р r с s т t ћ c ђ d у u ў u ф f х kh"  # noqa: RUF001 - as above
    " ц ts ч ch џ dz ш sh щ shch ы y э e ю yu я ya"
)
_GREEK: Final = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p"  # noqa: RUF001 - as above
    " ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o"  # noqa: RUF001 - as above
)
_LETTERS: Final = (_CYRILLIC + " " + _GREEK).split()
_TABLE: Final = str.maketrans(dict(zip(_LETTERS[::2], _LETTERS[1::2], strict=True)) | {"ь": "", "ъ": "", "'": ""})


def latin(text: str) -> str:
    """The folded `text` with its Cyrillic and Greek letters in Latin ones."""
    return text if text.isascii() else text.translate(_TABLE)
