"""The first act: a member of staff writes the form by talking, in her own room with the bot, and hands it out."""

from demo.telling import Telling, What
from forms.text import Text
from forms.writing.naming import name_of

T = Text
TITLE = T(ja="合同防災訓練の参加調べ", en="Joint disaster drill")
AGAIN = T(ja="{title} 第{n}回", en="{title} {n}")
MOST = 10
"""Messages in which a form must be written and handed out."""
ONLY_THEN = T(ja="質問1が「参加する」のときだけ", en="only if 1 is taking part")
TOLD_BACK = T(ja="のときだけ聞きます", en="is asked only if question 1 is")
TURNS: tuple[tuple[Text, What], ...] = (
    (T(ja="訓練に参加しますか\n参加する\n参加しない", en="Will you take part?\ntaking part\nnot taking part"),
     T(ja="（択一）", en="(one choice)")),
    (T(ja="何人で参加しますか", en="How many of you will come?"), T(ja="（整数）", en="(whole number)")),
    (ONLY_THEN, TOLD_BACK),
    (T(ja="都合のよい日", en="Which date suits you?"), T(ja="（日付）", en="(date)")),
    (ONLY_THEN, TOLD_BACK),
    (T(ja="用意してほしいものをすべて選んでください（任意）\n無線機\nベスト\nテント",
       en="What should we bring? Choose all that apply (optional)\nradios\nvests\ntents"),
     T(ja="（複数選択・任意）", en="(several choices, optional)")),
    (T(ja="連絡事項（任意）", en="Anything else? (optional)"), T(ja="（文字・任意）", en="(text, optional)")),
)  # fmt: skip
"""What she says, and what must then be heard: the kinds are told from the words."""
PUBLISH = T(ja="公開 行政DX 2分後 催促 1分後", en="publish Digital government in 2 minutes remind in 1 minute")


def title(before: int) -> Text:
    """Where the demo was played before in the same folder, its forms are still there."""
    return AGAIN.fill(title=TITLE, n=before + 1) if before else TITLE


async def writes(told: Telling, key: str, about: Text) -> int:
    """How many messages of hers her room holds more when the form is handed out."""
    before = _sent(told, key)
    turns: tuple[tuple[Text, What], ...] = (
        (T(ja=f"!form new {about.ja}", en=f"!form new {about.en}"), about[told.lang]),
        *TURNS,
        (PUBLISH, name_of(about[told.lang])),
    )
    await told.talks(key, *turns)
    return _sent(told, key) - before


def _sent(told: Telling, key: str) -> int:
    person = told.people[key]
    return sum(heard.sender == person.user_id for heard in person.timeline(told.direct[key]))
