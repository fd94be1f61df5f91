"""Example answers on why a member has no partner, for the API's documentation."""

from typing import Final

from pydantic import JsonValue

ABSENCE: Final[dict[str, JsonValue]] = {
    "member_id": "01a2120d-b801-7c11-9d1e-5f3c2a7e1001",
    "name": "Pécs",
    "own": [],
    "owners": [
        {
            "partners": [
                {
                    "kind": "twinning",
                    "partners": 464,
                    "fitting": 39,
                    "text": "Of 464 cities 39 would fit you.",
                    "ruled_out": [
                        {
                            "code": "score",
                            "count": 295,
                            "text": "295 cities fit you too little: the fit is below 35 of 100.",
                        },
                        {
                            "code": "subjects",
                            "count": 130,
                            "text": "130 cities neither offer what you look for, nor look for what you offer, nor "
                            "anything related.",
                        },
                    ],
                }
            ],
            "now": {"cities": 39, "programmes": 4, "proposals": 0},
            "change": {"code": "online", "then": {"cities": 51, "programmes": 4, "proposals": 2}},
            "change_text": "If you also worked online, 12 more cities would fit; if all were matched anew by what is "
            "public you would get 2 proposals instead of none.",
        }
    ],
}
STANDING: Final[dict[str, JsonValue]] = {
    "chosen": [],
    "near": [
        {
            "a": "01a2120d-b801-7c11-9d1e-5f3c2a7e1001",
            "b": "01a2120d-b802-7f0a-8a4b-0c9d6e2f2002",
            "score": 0.52,
            "rise": 0.12,
            "is_exact": True,
            "in_its_place": [
                {"a": "01a2120d-b802-7f0a-8a4b-0c9d6e2f2002", "b": "01a2120d-b803-7aa1-b1c2-3d4e5f6a3003"}
            ],
            "text": "Pécs and Surabaya score 0.52; Surabaya is paired with Seattle instead; their score would have to "
            "rise by 0.12 at least.",
        }
    ],
    "told": [
        "Pécs and Surabaya score 0.52; Surabaya is paired with Seattle instead; their score would have to rise by 0.12 "
        "at least."
    ],
}
