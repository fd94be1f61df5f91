"""The linear programme of a round by shortest alternating walks, each from a node that lacks an edge.

In units of half a weight; “slack” is what the duals of an edge's ends exceed its weight by. Its invariant, from the
start to the end: slack is >= 0 on what is not chosen, <= 0 on what is, and 0 on halves. A walk that meets itself leaves
a half cycle behind, and one that comes to a half cycle makes it whole again, so that no search needs blossoms. In a
problem of two sides no walk meets itself, and the answer is whole.
"""

from isopolity.matching.assignment.solvers.fractional_matching import FAR, NONE, Fractional, leave_cycle, walk
from isopolity.matching.assignment.solvers.search_arrays import has_room, hold, pop, push
from isopolity.matching.compiled import borrowing


@borrowing
def start_greedily(now: Fractional) -> None:
    """Lower each dual as far as it goes, and choose what becomes tight while both ends have room."""
    start, other, edge, heavy, dual, twice = now.start, now.other, now.edge, now.heavy, now.dual, now.twice
    for i in range(len(dual)):
        while has_room(now, i):
            best, top = NONE, 0
            for entry in range(start[i], start[i + 1]):
                e = edge[entry]
                if heavy[entry] < top:
                    break
                if twice[e] == 0:
                    j = other[entry]
                    gain = heavy[entry] - dual[j]
                    if gain > top or (gain == top and best >= 0 and has_room(now, j)):
                        best, top = entry, gain
            dual[i] = top
            if best < 0:
                break
            j, e = other[best], edge[best]
            if not has_room(now, j):
                break
            twice[e] = 2
            hold(now, i, e)
            hold(now, j, e)


@borrowing
def settle(now: Fractional, begin: int, end: int, radius: int) -> int:
    """Search from each of these nodes until it is full, its dual is 0, or nothing is as near as `radius`.

    Returns how many have come no farther than that: their duals are lower by the radius, and they may search again.
    """
    left = 0
    for i in range(begin, end):
        while now.dual[i] > 0 and now.places[i] + now.taken[i] + (now.one[i] >= 0) < now.places[i + 1]:
            last, e, meets = _search(now, i, radius)
            if last < 0:
                left += 1
                break
            if meets >= 0:
                leave_cycle(now, last, e, meets)
            else:
                walk(now, last)
    return left


@borrowing
def _search(now: Fractional, source: int, radius: int) -> tuple[int, int, int]:
    """Dijkstra from a node that lacks an edge; moves the duals, so that the best walk becomes tight.

    Returns the label that the walk ends at and -1, -1, or, where two walks meet, the label of one, the edge between
    and the label of the other; -1, -1, -1 where no walk is as short as `radius`, by which the duals are moved then.
    """
    start, other, edge, a, b = now.start, now.other, now.edge, now.a, now.b
    weight, heavy, dual, twice, one = now.weight, now.heavy, now.dual, now.twice, now.one
    places, taken, held = now.places, now.taken, now.held
    far, came, seen, keys, heap = now.far, now.came, now.seen, now.keys, now.heap
    nodes = len(dual)
    came[source] = NONE
    if one[source] >= 0:
        return source, NONE, NONE
    far[source], came[source], seen[0] = 0, NONE, source
    number = 1
    last, between, meets, double = NONE, NONE, NONE, 2 * radius
    if dual[source] <= radius:
        last, double = source, 2 * dual[source]
    size = push(keys, heap, 0, 0, source)
    while size > 0 and 2 * keys[0] < double:
        d, label = keys[0], heap[0]
        size = pop(keys, heap, size)
        if d > far[label]:
            continue
        if label < nodes:
            for entry in range(start[label], start[label + 1]):
                reach = d + dual[label] - heavy[entry]
                if 2 * reach >= double:
                    break
                j = other[entry]
                reach += dual[j]
                # most are too far, and need no look at the edge
                if reach >= double:
                    continue
                e = edge[entry]
                if twice[e] != 0:
                    continue
                if far[j] < FAR and reach + far[j] < double:
                    last, between, meets, double = label, e, j, reach + far[j]
                if 2 * reach >= double or reach >= far[nodes + j]:
                    continue
                if far[nodes + j] == FAR:
                    seen[number] = nodes + j
                    number += 1
                far[nodes + j], came[nodes + j] = reach, e
                if one[j] >= 0 or places[j] + taken[j] + (j == source) < places[j + 1]:
                    last, between, meets, double = nodes + j, NONE, NONE, 2 * reach
                else:
                    size = push(keys, heap, size, reach, nodes + j)
        else:
            j = label - nodes
            for at in range(places[j], places[j] + taken[j]):
                e = held[at]
                i = a[e] + b[e] - j
                reach = d + weight[e] - dual[i] - dual[j]
                if far[nodes + i] < FAR and reach + far[nodes + i] < double:
                    last, between, meets, double = label, e, nodes + i, reach + far[nodes + i]
                if 2 * reach >= double or reach >= far[i]:
                    continue
                if far[i] == FAR:
                    seen[number] = i
                    number += 1
                far[i], came[i] = reach, e
                if one[i] >= 0:
                    last, between, meets, double = i, NONE, NONE, 2 * reach
                    continue
                if 2 * (reach + dual[i]) < double:
                    last, between, meets, double = i, NONE, NONE, 2 * (reach + dual[i])
                size = push(keys, heap, size, reach, i)
    for at in range(number):
        label = seen[at]
        if 2 * far[label] < double:
            if label < nodes:
                dual[label] -= double // 2 - far[label]
            else:
                dual[label - nodes] += double // 2 - far[label]
        far[label] = FAR
    return last, between, meets
