"""The council agrees on one list and no other, whatever is lost, doubled or late; and on one as soon as it can."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.alliance import council
from bridge.alliance.council import SLOT, Attempt, Message
from tests.examples import many


class Council:
    """`size` members with their own clocks; messages travel in any order, or not at all."""

    def __init__(self, size, quorum):
        self.size, self.quorum = size, quorum
        self.attempts = [Attempt() for _ in range(size)]
        self.post = []  # (to, from, message)
        self.signed = {}  # (round, list) → members
        self.down = set()

    def begin(self, who, elapsed):
        found = council.turn_at(elapsed, who, self.size, self.attempts[who])
        if found and who not in self.down:
            self.attempts[who], message = council.begin(self.attempts[who], *found)
            self.to_all(who, message)

    def to_all(self, who, message):
        self.post += [(to, who, message) for to in range(self.size)]

    def deliver(self, place, *, twice=False):
        to, sender, message = self.post[place] if twice else self.post.pop(place)
        if to in self.down:
            return
        mine = self.attempts[to]
        match message.kind:
            case "prepare":
                self.attempts[to], answer = council.prepared(mine, message.round)
                self.post.append((sender, to, answer))
            case "promise":
                mine, ready = council.promised(mine, sender, message, quorum=self.quorum, slot=0)
                if ready:
                    mine, answer = council.proposal(mine, {"list": f"of {to} in {mine.leading}"})
                    self.to_all(to, answer)
                self.attempts[to] = mine
            case "propose":
                self.attempts[to], yes = council.accepts(mine, message.round, message.value)
                if yes:
                    self.signed.setdefault((message.round, message.value["list"]), set()).add(to)

    def agreed(self):
        """Lists that a quorum signed in one round."""
        return {words for (_, words), who in self.signed.items() if len(who) >= self.quorum}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "deliver", "twice", "lose", "fall", "rise"]), st.integers(0, 999), st.integers(0, 40)
    ),
    max_size=120,
)


@settings(max_examples=many(400))
@given(STEPS, st.sampled_from([(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (7, 4)]))
def test_no_two_lists_are_ever_agreed_on(steps, shape):
    them = Council(*shape)
    for step, place, slot in steps:
        if step == "begin":
            them.begin(place % them.size, slot * SLOT)
        elif step == "fall":
            them.down.add(place % them.size)
        elif step == "rise":
            them.down.discard(place % them.size)
        elif them.post and step == "lose":
            them.post.pop(place % len(them.post))
        elif them.post:
            them.deliver(place % len(them.post), twice=step == "twice")
    assert len(them.agreed()) <= 1
    before = them.agreed()
    _settle(them)
    assert len(them.agreed()) == 1
    assert before <= them.agreed()


def _settle(them):
    """Everybody is back, and the post works: they agree within a few rounds of theirs."""
    them.down.clear()
    for slot in range(41, 41 + 4 * them.size):
        for who in range(them.size):
            them.begin(who, slot * SLOT)
            while them.post:
                them.deliver(0)


def test_with_a_quorum_alive_the_dead_stop_nobody():
    them = Council(5, 3)
    them.down = {0, 1}
    for slot in range(3):
        for who in range(5):
            them.begin(who, slot * SLOT)
        while them.post:
            them.deliver(0)
    assert len(them.agreed()) == 1


def test_short_by_one_nothing_is_agreed_on():
    them = Council(5, 3)
    them.down = {0, 1, 2}
    for slot in range(20):
        for who in range(5):
            them.begin(who, slot * SLOT)
        while them.post:
            them.deliver(0)
    assert not them.agreed()


def test_a_leader_whose_clock_is_far_behind_learns_which_rounds_are_over():
    them = Council(3, 2)
    them.begin(2, 5000 * SLOT)
    while them.post:
        them.post.pop()
    them.attempts[2] = council.prepared(them.attempts[2], 5000)[0]
    them.attempts[1] = council.prepared(them.attempts[1], 5000)[0]
    them.down = {2}
    for slot in (0, 3):
        them.begin(0, slot * SLOT)
        while them.post:
            them.deliver(0)
    assert len(them.agreed()) == 1


def test_a_member_signs_one_list_in_a_round_and_none_of_an_earlier_one():
    mine, yes = council.accepts(Attempt(), 3, {"list": "a"})
    assert yes
    assert not council.accepts(mine, 3, {"list": "b"})[1]
    assert not council.accepts(mine, 2, {"list": "b"})[1]
    mine, answer = council.prepared(mine, 2)
    assert answer == Message(kind="promise", round=2, floor=3)
    mine, answer = council.prepared(mine, 4)
    assert (answer.accepted, answer.value) == (3, {"list": "a"})
