"""What other members' documents make our Kairan say: so much of each in a day, that one that floods drowns nobody."""

from bots.command import Effects, World
from bots.effects import Room, Say
from bots.events import Signed
from bots.ports import Members
from bots.ports_groups import Groups
from bots.roles import Role
from forms.text import Text, same

MOST = 20
"""Documents of one member, within a day, that may say something here."""
LIMITED = ("inquiry", "template", "group", "directory")
"""Not the alliance's own: an alarm is never held back. It has limits of its own (bridge/store/motions.py)."""
CUT = Text(
    ja="{town}から1日に{most}件を超えるお知らせが届いたため、それより後のものは表示していません。"
    "届いた照会は「!inquiry list」で確かめられます。",
    en="{town} caused more than {most} notices in a day; those after are not shown. "
    "“!inquiry list” shows the inquiries that came.",
)


def paced(signed: Signed, effects: Effects, world: World) -> Effects:
    """The effects of a document; of one too many nothing is said, and the stewards hear that once."""
    if not signed.kind.startswith(LIMITED) or not any(isinstance(one, Say) for one in effects):
        return effects
    groups: Groups = world(Groups)
    if groups.once(f"says {signed.signer}", most=MOST, within_hours=24):
        return effects
    silent = tuple(one for one in effects if not isinstance(one, Say))
    stewards = groups.room_of(Role.STEWARD)
    if stewards is None or not groups.once(f"cut {signed.signer}", most=1, within_hours=24):
        return silent
    members: Members = world(Members)
    town = next((one.name for one in members.all() if one.server == signed.signer), same(signed.signer))
    return (*silent, Say(text=CUT.fill(town=town, most=MOST), to=Room(stewards)))
