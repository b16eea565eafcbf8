"""Files that answer questions: kept under the response they belong to, and gone with it."""

import sqlalchemy as sa

from bots.effects import Keep
from bots.records import Filling, NotAllowed
from bots.roles import Role
from bridge.store.desk import Desk
from bridge.store.engine import Connection, insert_new
from bridge.store.tables import attachment, response
from forms.questions.attached import files_in


class AttachmentDesk:
    """bots.ports.Attachments."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._db = desk, desk.connection

    def keep(self, file: Keep) -> None:
        owner = self._db.execute(sa.select(response.c.user_id).where(response.c.id == file.response)).scalar()
        if owner != self._desk.who:
            raise NotAllowed(Role.STEWARD)
        row = {
            "response": file.response,
            "key": file.question,
            "sha256": file.sha256,
            "name": file.name,
            "type": file.mime,
            "size": len(file.content),
            "content": file.content,
        }
        insert_new(self._db, attachment, row)

    def tidy(self, filling: Filling) -> None:
        talk = filling.conversation
        values = [*talk.answers.values(), *(talk.sent or {}).values()]
        spoken_of = {one["sha256"] for value in values for one in files_in(value)}
        gone = (attachment.c.response == filling.id) & attachment.c.sha256.not_in(spoken_of)
        self._db.execute(sa.delete(attachment).where(gone))

    def content(self, filling: Filling, sha256: str) -> bytes | None:
        if filling.user != self._desk.who:
            self._desk.need(Role.EDITOR)
        where = attachment.c.response.in_(_responses(filling)) & (attachment.c.sha256 == sha256)
        found = self._db.execute(sa.select(attachment.c.content).where(where).limit(1)).scalar()
        return None if found is None else bytes(found)


def _responses(filling: Filling) -> sa.Select[tuple[str]]:
    """This response; of one without a name (and so without an id) all that were sent to its publication."""
    if filling.id:
        return sa.select(response.c.id).where(response.c.id == filling.id)
    sent = (response.c.publication == filling.publication.id) & response.c.sent_at.is_not(None)
    return sa.select(response.c.id).where(sent)


def forget(connection: Connection, responses: sa.Select[tuple[str]]) -> None:
    """Throw away all files of these responses (a query of their ids), which are about to go."""
    connection.execute(sa.delete(attachment).where(attachment.c.response.in_(responses)))
