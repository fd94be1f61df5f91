"""Kernels that raise the least sum, and then the value, by exchanges among takers.

An exchange is a path: a taker gets an offer of a giver; if that giver is full, one of its takers gives up its offer for
another one, and so on, until a giver has room or a taker needs no other offer. Invariant: no exchange lowers a taker's
sum to below the target, or lowers a sum that is below the target already.
"""

from isopolity.matching.assignment.evenness.choice_state import ROOM, WORK, Choosing, choose, has_room, leave, weakest
from isopolity.matching.compiled import borrowing

_NONE = -1


@borrowing
def raise_least(state: Choosing, target: int, most_work: int) -> bool:
    """Raise the least sum until it is `target`; False if no exchange was found, or after `most_work`."""
    while True:
        least = 0
        for taker in range(len(state.total)):
            if state.total[taker] < state.total[least]:
                least = taker
        if state.total[least] >= target:
            return True
        if state.counters[WORK] > most_work or not _raise_one(state, least, target):
            return False


@borrowing
def _raise_one(state: Choosing, taker: int, target: int) -> bool:
    """Raise a taker's sum by the exchange that raises it most; return whether there was one."""
    given_up = weakest(state, taker) if state.taken[taker] == state.size[taker] else _NONE
    floor = 0
    if given_up != _NONE:
        floor = state.weight[given_up]
        leave(state, given_up)
    for giver in range(len(state.seen)):
        state.seen[giver] = 0
    for offer in range(state.start[taker], state.start[taker + 1]):
        if state.weight[offer] <= floor:
            break
        if not state.chosen[offer] and not state.seen[state.giver[offer]] and _free(state, offer, target):
            choose(state, offer)
            return True
    if given_up != _NONE:
        choose(state, given_up)
    return False


@borrowing
def _free(state: Choosing, wanted: int, target: int) -> bool:
    """Free a slot of the giver of `wanted` by exchanges of other takers; return whether that was possible."""
    root, own = state.giver[wanted], state.taker[wanted]
    state.seen[root], state.parent[root], state.queue[0] = 1, root, root
    if has_room(state, root):
        return True
    head, tail, spared = 0, 1, _NONE
    while head < tail:
        giver = state.queue[head]
        head += 1
        for slot in range(state.slot_start[giver], state.slot_start[giver] + state.used[giver]):
            old = state.slots[slot]
            taker = state.taker[old]
            if taker == own or _is_on_path(state, taker, giver):
                continue
            without = state.total[taker] - state.weight[old]
            if spared == _NONE and without >= target:
                spared = old
                if state.counters[ROOM] == 0:
                    leave(state, spared)
                    _follow(state, giver)
                    return True
            least = min(target, state.total[taker]) - without
            for offer in range(state.start[taker], state.start[taker + 1]):
                state.counters[WORK] += 1
                if state.weight[offer] < least:
                    break
                other = state.giver[offer]
                if state.chosen[offer] or state.seen[other]:
                    continue
                state.seen[other], state.parent[other], state.out[other], state.into[other] = 1, giver, old, offer
                if has_room(state, other):
                    _follow(state, other)
                    return True
                state.queue[tail] = other
                tail += 1
    if spared == _NONE:
        return False
    giver = state.giver[spared]
    leave(state, spared)
    _follow(state, giver)
    return True


@borrowing
def _is_on_path(state: Choosing, taker: int, giver: int) -> bool:
    """Whether the path to the giver changes the taker's offers already."""
    while state.parent[giver] != giver:
        if state.taker[state.out[giver]] == taker:
            return True
        giver = state.parent[giver]
    return False


@borrowing
def _follow(state: Choosing, giver: int) -> None:
    """Make the exchanges of the path that ends at a giver with room."""
    while state.parent[giver] != giver:
        leave(state, state.out[giver])
        choose(state, state.into[giver])
        giver = state.parent[giver]


@borrowing
def raise_value(state: Choosing, target: int, most_work: int) -> None:
    """Raise the sum of all weights by exchanges of one or two takers while any gains, or until `most_work`."""
    gained = True
    while gained:
        gained = False
        for taker in range(len(state.total)):
            if state.counters[WORK] > most_work:
                return
            if _gain_one(state, taker, target):
                gained = True


@borrowing
def _gain_one(state: Choosing, taker: int, target: int) -> bool:
    """Give a taker a better offer than its weakest, if that raises the value; return whether it did."""
    given_up = weakest(state, taker) if state.taken[taker] == state.size[taker] else _NONE
    if state.size[taker] == 0:
        return False
    for wanted in range(state.start[taker], state.start[taker + 1]):
        gain = state.weight[wanted] - (0 if given_up == _NONE else state.weight[given_up])
        if gain <= 0:
            return False
        if state.chosen[wanted]:
            continue
        old = new = _NONE
        if not has_room(state, state.giver[wanted]):
            old, new = _best_move(state, wanted, given_up, gain, target)
            if old == _NONE:
                continue
            leave(state, old)
        if given_up != _NONE:
            leave(state, given_up)
        choose(state, wanted)
        if new != _NONE:
            choose(state, new)
        return True
    return False


@borrowing
def _best_move(state: Choosing, wanted: int, given_up: int, gain: int, target: int) -> tuple[int, int]:
    """The chosen offer at the giver of `wanted` whose loss costs least, and the one that its taker gets instead.

    (-1, -1) if every loss costs as much as the gain or takes a taker below the target; the second is -1 if the taker
    gets no other offer.
    """
    best, best_old, best_new = 0, _NONE, _NONE
    giver = state.giver[wanted]
    for slot in range(state.slot_start[giver], state.slot_start[giver] + state.used[giver]):
        old = state.slots[slot]
        taker = state.taker[old]
        if taker == state.taker[wanted]:
            continue
        without = state.total[taker] - state.weight[old]
        if gain - state.weight[old] > best and without >= target:
            best, best_old, best_new = gain - state.weight[old], old, _NONE
        for new in range(state.start[taker], state.start[taker + 1]):
            state.counters[WORK] += 1
            left = gain - state.weight[old] + state.weight[new]
            if left <= best or without + state.weight[new] < target:
                break
            other = state.giver[new]
            freed = given_up != _NONE and other == state.giver[given_up]
            if not state.chosen[new] and (freed or has_room(state, other)):
                best, best_old, best_new = left, old, new
                break
    return best_old, best_new
