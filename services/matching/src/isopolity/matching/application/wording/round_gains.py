"""The gains of a network from a round, in sentences for its staff.

Invariant: a sentence tells a gain or is not there; all of it holds if everybody says yes.
"""

from collections.abc import Iterator, Sequence

from isopolity.matching.application.wording import phrases
from isopolity.matching.domain.gains import Gains


def gain_sentences(gains: Gains) -> Sequence[str]:
    """The sentences, the weightiest first; one that says so if a round proposes nothing."""
    if not gains.twinnings and not gains.sponsorships:
        return ["The round proposes nothing."]
    return [phrases.sentence(text) for text in _told(gains)]


def _told(gains: Gains) -> Iterator[str]:
    before, after = gains.before, gains.after
    made = [(gains.twinnings, "twinning"), (gains.sponsorships, "sponsorship")]
    proposed = phrases.listed([phrases.number(count, noun) for count, noun in made if count])
    reached = sum(gains.cities_by_region.values())
    yield f"{proposed} proposed, to {phrases.number(reached, 'city', 'cities')} of {phrases.count(gains.cities)}"
    if gains.cities_by_region:
        by_region = sorted(gains.cities_by_region.items(), key=lambda entry: (-entry[1], entry[0]))
        yield "; ".join(f"{phrases.region_first(code)}: {phrases.count(count)}" for code, count in by_region)
    if gains.first_served:
        tie = "gets its first tie" if gains.first_served == 1 else "get their first tie"
        left = (
            f"{phrases.count(after.alone)} would be left without any" if after.alone else "none would be left without"
        )
        yield f"{phrases.number(gains.first_served, 'city', 'cities')} {tie}; {left}"
    if after.largest > before.largest:
        yield (
            f"The largest group of cities that ties connect grows from {phrases.count(before.largest)} to "
            f"{phrases.count(after.largest)}; of 100 pairs of cities, {after.connected * 100:.0f} would be connected, "
            f"instead of {before.connected * 100:.0f}"
        )
    if gains.region_links:
        links = [f"{phrases.region(one)} with {phrases.region(other)}" for one, other in gains.region_links]
        yield f"For the first time, twinnings link {'; '.join(links)}"
    if gains.country_links:
        yield f"{phrases.number(gains.country_links, 'pair')} of countries would be linked that no twinning links yet"
    if gains.programmes:
        yield f"{phrases.number(gains.programmes, 'programme')} would find a city to support"
