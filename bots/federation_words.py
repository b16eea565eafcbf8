"""What stewards read of the alliance: requests, votes, and what went wrong with what to do about it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bots.alliance import Member, Motion, News, Standing
from bots.moments import moment
from forms.text import Text, lines, same

KINDS = {
    "municipality": Text(ja="市区町村", en="municipality"),
    "prefecture": Text(ja="都道府県", en="prefecture"),
    "partner": Text(ja="協力団体", en="partner"),
}
MOVED = {
    "add": Text(
        ja="【連合】「{subject}」から加入の申請がありました（受付: {via}）。",
        en="Alliance: “{subject}” asks to join (received by {via}).",
    ),
    "remove": Text(
        ja="【連合】{via}が、「{subject}」を連合から外すことを提案しました。",
        en="Alliance: {via} moves that “{subject}” be removed.",
    ),
    "leave": Text(ja="【連合】「{subject}」が連合を抜けます。", en="Alliance: “{subject}” leaves."),
    "rotate": Text(
        ja="【連合】「{subject}」が署名の鍵の交換を申請しました。",
        en="Alliance: “{subject}” asks to exchange its keys.",
    ),
    "quorum": Text(
        ja="【連合】{via}が、必要な賛成数の変更（{quorum}）を提案しました。",
        en="Alliance: {via} moves to change how many must agree ({quorum}).",
    ),
}
FACTS = Text(
    ja="サーバー: {server}　団体コード: {code}　連絡先: {contact}",
    en="Server: {server}  Code: {code}  Contact: {contact}",
)
FINGERPRINT = Text(ja="鍵の指紋: {fingerprint}", en="Fingerprint of its keys: {fingerprint}")
FOUR_EYES = Text(
    ja="賛成する前に、公表されている代表番号（上の連絡先ではなく）に電話をかけ、相手に指紋を読み上げてもらい、"
    "二人で確かめてください。",
    en="Before you approve: call the publicly listed number (not the contact above), have them read out the "
    "fingerprint, and let two of you compare it.",
)
HOW = Text(
    ja="賛成: !federation approve {name}　反対: !federation refuse {name}（賛成 {count}/{needed}、期限 {until}）",
    en="For: !federation approve {name}  Against: !federation refuse {name} ({count} of {needed}, until {until})",
)
VOTED = {
    "approve": Text(
        ja="【連合】{who}が「{subject}」の件に賛成しました（賛成 {count}/{needed}）。",
        en="Alliance: {who} approves of “{subject}” ({count} of {needed}).",
    ),
    "refuse": Text(
        ja="【連合】{who}が「{subject}」の件に反対しました（賛成 {count}/{needed}）。",
        en="Alliance: {who} is against “{subject}” ({count} of {needed} approve).",
    ),
}
PLAIN = {
    "in": Text(ja="【連合】「{name}」が加わりました。", en="Alliance: “{name}” is in."),
    "out": Text(ja="【連合】「{name}」は連合の名簿から外れました。", en="Alliance: “{name}” is no longer on the list."),
    "keys": Text(ja="【連合】「{name}」の署名の鍵が変わりました。", en="Alliance: “{name}” signs with new keys."),
    "we are in": Text(
        ja="【連合】この自治体は連合に入りました。「!federation members」で加入している自治体を一覧できます。",
        en="Alliance: this municipality is in. “!federation members” lists all.",
    ),
    "we are out": Text(
        ja="【連合】この自治体は連合の名簿から外れました。ほかの自治体とのやりとりは止まりました。庁内では引き続き使えます。",
        en="Alliance: this municipality is no longer on the list. Federation has stopped; work at home goes on.",
    ),
    "old": Text(
        ja="【重要】連合の名簿の期限が切れました。ほかの自治体とのやりとりを止めています。庁内では引き続き使えます。"
        "サーバーの時計とネットワークを確かめ、ほかの加入自治体に連絡してください。新しい名簿が届けば自動で再開します。",
        en="Important: the alliance's list has expired. Federation has stopped; work at home goes on. Check this "
        "server's clock and network and call another member. It starts again by itself once a new list is here.",
    ),
    "early": Text(
        ja="【重要】連合の名簿の日時が未来です。このサーバーの時計が遅れていないか確かめてください。"
        "ほかの自治体とのやりとりを止めています。庁内では引き続き使えます。",
        en="Important: the alliance's list is from the future. Check this server's clock. Federation has stopped; "
        "work at home goes on.",
    ),
    "well": Text(ja="【連合】ほかの自治体とのやりとりを再開しました。", en="Alliance: federation goes on again."),
    "rival": Text(
        ja="【重要】同じ版の名簿が二つ見つかりました。だれかの鍵が悪用されているおそれがあります。"
        "いまの名簿で続けますが、加入や変更の投票を控え、加入自治体の間で電話で確かめてください。",
        en="Important: there are two lists of one version. Somebody's key may be abused. We go on with ours; do not "
        "vote on anything before the members have talked on the telephone.",
    ),
}
NO_CODE = Text(ja="なし", en="none")
TROUBLES = {
    "alone": Text(
        ja="この自治体は、まだ連合に入っていません。"
        "サーバーで「kairan federation request --to 相手のサーバー」を実行すると加入を申請できます。",
        en="This municipality is in no alliance yet. “kairan federation request --to SERVER” on the "
        "server asks to join one.",
    ),
    "out": Text(ja="この自治体は、連合の名簿にありません。", en="This municipality is not on the alliance's list."),
    "old": Text(
        ja="名簿の期限が切れています。やりとりを止めています。", en="The list has expired: federation has stopped."
    ),
    "early": Text(
        ja="名簿が未来の日時です。時計を確かめてください。", en="The list is from the future: please check the clock."
    ),
    "none": Text(ja="連合は正常です。", en="All is well with the alliance."),
    "rival": Text(
        ja="同じ版の名簿が二つあります。加入自治体の間で確かめてください。",
        en="There are two lists of one version: the members must talk to each other.",
    ),
}
STATUS = Text(
    ja="名簿の版: {version}（{issued}発行、{until}まで有効）　加入: {count}　必要な賛成: {quorum}",
    en="List: version {version} (issued {issued}, valid until {until})  Members: {count}  Votes needed: {quorum}",
)
OPEN_MOTIONS = Text(
    ja="投票を待っている件: {count}（!federation requests）", en="To be voted on: {count} (!federation requests)"
)
MEMBER = Text(ja="・{name}（{kind}、{code}{people}）{server}", en="- {name} ({kind}, {code}{people}) {server}")
US = Text(
    ja="・{name}（{kind}、{code}{people}）{server} ← こちら",
    en="- {name} ({kind}, {code}{people}) {server} ← ourselves",
)
PEOPLE = Text(ja="、人口{count}人", en=", {count} people")


def told(news: News, zone: ZoneInfo, now: datetime) -> Text:
    """One piece of news in words."""
    if news.kind == "moved" and news.motion is not None:
        return request(news.motion, zone, now)
    if news.kind == "voted" and news.motion is not None:
        return VOTED[news.choice].fill(who=news.name or same(""), **_counts(news.motion))
    return PLAIN[news.kind].fill(name=news.name or same(""))


def request(motion: Motion, zone: ZoneInfo, now: datetime) -> Text:
    """A motion with all that a steward needs to decide."""
    what = MOVED[motion.kind].fill(subject=motion.subject, via=motion.via, quorum=motion.quorum)
    if motion.kind == "leave":
        return what
    said = [what]
    if motion.fingerprint and motion.kind in ("add", "rotate"):
        code = same(motion.code) if motion.code else NO_CODE
        said.append(FACTS.fill(server=motion.server, code=code, contact=motion.contact or NO_CODE))
        said.append(FINGERPRINT.fill(fingerprint=motion.fingerprint))
        said += motion.warnings
        said.append(FOUR_EYES)
    name = motion.subject if motion.server else same(motion.id[:8])
    how = HOW.fill(name=name, until=moment(motion.until, zone, now), **_counts(motion))
    return lines(*said, how)


def _counts(motion: Motion) -> dict[str, object]:
    return {"subject": motion.subject, "count": len(motion.approved), "needed": motion.needed}


def status(standing: Standing, waiting: int, zone: ZoneInfo, now: datetime) -> Text:
    """How we stand."""
    said = [TROUBLES["rival" if standing.rival else standing.trouble]]
    if standing.issued is not None and standing.until is not None:
        issued, until = moment(standing.issued, zone, now), moment(standing.until, zone, now)
        count = len(standing.members)
        said.append(
            STATUS.fill(version=standing.version, issued=issued, until=until, count=count, quorum=standing.quorum)
        )
    if waiting:
        said.append(OPEN_MOTIONS.fill(count=waiting))
    return lines(*said)


def members(everybody: Sequence[Member], own: str) -> Text:
    """A line each."""
    rows = [
        (US if one.server == own else MEMBER).fill(
            name=one.name,
            kind=KINDS[one.kind],
            code=one.code or NO_CODE,
            server=one.server,
            people=PEOPLE.fill(count=f"{one.population:,}") if one.population else same(""),
        )
        for one in everybody
    ]
    return lines(*rows)
