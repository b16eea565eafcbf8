"""Every sentence about templates."""

from forms.text import Text

LICENCE = Text(
    ja="「{title}」をひな形として公開します。"
    "ライセンスを番号で選んでください。\n{rows}\n例: !template publish {name} 1",
    en="“{title}” is to be published as a template. Please choose a licence by number.\n{rows}\n"
    "E.g. !template publish {name} 1",
)
NUMBERED = Text(ja="{n}. {name}", en="{n}. {name}")
STRIPPED = Text(
    ja="ほかの自治体に渡さないため、次のものを除きます（{count}件）。",
    en="What follows is not passed on to others ({count}).",
)
NOTHING_LOCAL = Text(ja="除くものは見つかりませんでした。", en="Nothing local was found in it.")
ROW = Text(ja="・{what}", en="- {what}")
MORE_ROWS = Text(ja="ほか{count}件", en="and {count} more")
SURE = Text(
    ja="「{title}」第{version}版を、ライセンス {licence} で連合の全自治体に公開します。"
    "ほかに人の名前などが残っていないか確かめてください（!form show {form}）。"
    "よろしければ「はい」、やめるときは「いいえ」。",
    en="“{title}”, version {version}, goes to all municipalities of the alliance under {licence}. "
    "Please check that no names are left in it (!form show {form}). “yes” to go on, “no” to stop.",
)
WITH_LOCKS = Text(ja="固定する設問: {which}", en="Locked questions: {which}")
PUBLISHED = Text(
    ja="ひな形「{title}」（{name} 第{version}版、{licence}）を公開しました。",
    en="The template “{title}” ({name}, version {version}, {licence}) is published.",
)
SAME_AGAIN = Text(
    ja="「{name}」は第{version}版として公開済みで、そのあとの変更はありません。",
    en="“{name}” is published as version {version}; nothing has changed since.",
)
LOCK_NOT_OURS = Text(
    ja="設問を固定できるのは都道府県だけです。lock を付けずに公開してください。",
    en="Only a prefecture may lock questions. Please publish it without “lock”.",
)
NO_QUESTION = Text(
    ja="質問{n}はありません。「!form show {name}」で番号を確かめてください。",
    en="There is no question {n}. “!form show {name}” shows their numbers.",
)
FOUND = Text(ja="ひな形 {count}件", en="{count} templates")
FOUND_ROW = Text(
    ja="・{name}「{title}」{who} 第{version}版{users}", en="- {name} “{title}”, {who}, version {version}{users}"
)
USERS = Text(ja="・{count}自治体が利用", en=", used by {count}")
NONE_FOUND = Text(
    ja="「{words}」に合うひな形はありません。言葉を短くするか、「!template fetch 自治体名」で取り寄せてください。",
    en="No template has “{words}”. Use fewer words, or get some with “!template fetch MUNICIPALITY”.",
)
NONE_YET = Text(
    ja="ひな形はまだありません。「!template publish フォーム名」で公開するか、"
    "「!template fetch 自治体名」で取り寄せます。",
    en="There are no templates yet. “!template publish FORM” publishes one, “!template fetch MUNICIPALITY” gets some.",
)
SHOWN = Text(
    ja="「{title}」（{name} 第{version}版）\n作成: {who}\nライセンス: {licence}\n利用: {users}自治体",
    en="“{title}” ({name}, version {version})\nBy: {who}\nLicence: {licence}\nUsed by: {users} municipalities",
)
LINE_OF = Text(ja="もとにしたもの: {which}", en="Made from: {which}")
IS_WITHDRAWN = Text(ja="作った自治体が取り下げました。", en="It was withdrawn by its author.")
QUESTION = Text(ja="{n}. {title}{mark}", en="{n}. {title}{mark}")
LOCK_MARK = Text(ja="（{who}が固定）", en=" (locked by {who})")
HOW_TO_USE = Text(ja="使うときは「!template use {name}」。", en="To use it: !template use {name}")
USED = Text(
    ja="ひな形「{title}」（{who}、{licence}）を、フォーム「{form}」として取り入れました。",
    en="The template “{title}” ({who}, {licence}) is now your form “{form}”.",
)
TO_FILL = Text(
    ja="次の{count}か所は、こちらの自治体の内容に書き換えてください。",
    en="Please put your own in these {count} places.",
)
NEXT = Text(
    ja="直すときは「!form edit {form}」、配るときは「!form publish {form}」。",
    en="To change it: !form edit {form}. To put it to people: !form publish {form}",
)
NOT_ADOPTED = Text(
    ja="フォーム「{name}」は、ひな形から取り入れたものではありません。「!template list」で一覧を表示します。",
    en="“{name}” was not made from a template. “!template list” shows those that were.",
)
LISTED = Text(ja="取り入れたひな形", en="Templates in use")
LIST_ROW = Text(
    ja="・{form} ← {name}（{who} 第{version}版）{news}", en="- {form} ← {name} ({who}, version {version}){news}"
)
NEWS = Text(ja="　新しい第{version}版があります", en=": version {version} is out")
OURS = Text(ja="公開したひな形", en="Published by us")
LIST_NONE = Text(
    ja="取り入れたひな形も、公開したひな形もありません。「!template search」で探せます。",
    en="None in use and none published. “!template search” finds some.",
)
NEWER = Text(
    ja="ひな形「{name}」（{who}）：第{before}版から第{version}版への変更",
    en="The template “{name}” ({who}), changes from version {before} to {version}",
)
NO_NEWER = Text(
    ja="ひな形「{name}」（{who}）は、取り入れた第{version}版が最新です。",
    en="The template “{name}” ({who}): version {version}, which you use, is the newest.",
)
OWN_CHANGES = Text(ja="こちらで変えたところ", en="What you have changed")
NO_OWN = Text(ja="こちらで変えたところはありません。", en="You have changed nothing.")
UPDATED = Text(
    ja="フォーム「{form}」に、ひな形の第{version}版を取り入れました（フォームは第{number}版）。",
    en="“{form}” has taken in version {version} of the template (the form is now version {number}).",
)
KEPT_OWN = Text(
    ja="こちらで変えたところは、そのまま残しています。配布中のときは「!form publish {form}」で新しい版に替わります。",
    en="What you changed is kept. Where it is open, “!form publish {form}” moves it to the new version.",
)
NOTHING_NEW = Text(ja="内容に違いはありませんでした。", en="Nothing in it is different.")
CONFLICTS = Text(
    ja="ひな形の新しい版と、こちらの変更が{count}か所でぶつかっています。ひとつずつ伺います。",
    en="The new version and your changes differ in {count} places. You are asked one by one.",
)
CONFLICT = Text(ja="（{n}/{of}）{what}", en="({n}/{of}) {what}")
MINE = Text(ja="1. こちらのまま：{words}", en="1. Keep ours: {words}")
THEIRS = Text(ja="2. 新しい版にする：{words}", en="2. Take the new: {words}")
CHOOSE = Text(ja="番号で答えてください。やめるときは「やめる」。", en="Please answer by number; “cancel” to stop.")
STOPPED = Text(
    ja="やめました。フォームは変わっていません。「!template update {form}」で、もう一度始められます。",
    en="Stopped; the form is as it was. “!template update {form}” begins again.",
)
MIND = Text(ja="取り入れはまだ終わっていません。1か2、または「やめる」と答えてください。",
            en="Taking in the new version is not finished: please answer 1 or 2, or “cancel”.")  # fmt: skip
NOTE = Text(
    ja="フォーム「{form}」のもとのひな形に、新しい第{version}版が出ました（{who}）。",
    en="The template of “{form}” has a new version {version} ({who}).",
)
NOTE_HOW = Text(
    ja="取り入れるときは「!template update {form}」。こちらで変えたところは残ります。",
    en="To take it in: !template update {form}. What you changed is kept.",
)
NOTE_GONE = Text(
    ja="フォーム「{form}」のもとのひな形を、{who}が取り下げました。フォームはそのまま使えます。",
    en="{who} has withdrawn the template of “{form}”. Your form goes on as it is.",
)
RETRACT_SURE = Text(
    ja="ひな形「{name}」を取り下げます。ほかの自治体で使用中の写しは残ります。よろしければ「はい」、やめるときは「いいえ」。",
    en="This withdraws the template “{name}”. Copies that others use remain. “yes” to go on, “no” to stop.",
)
RETRACTED = Text(ja="ひな形「{name}」を取り下げました。", en="The template “{name}” is withdrawn.")
NOT_OURS = Text(
    ja="「{name}」は、この自治体が公開しているひな形ではありません。",
    en="“{name}” is no template that this municipality publishes.",
)
ASKED = Text(
    ja="{who}に、持っているひな形を送るよう頼みました。届いたらお知らせします。",
    en="{who} was asked for the templates that it keeps. You hear when they come.",
)
ASK_OTHERS = Text(ja="ほかの自治体の名前を書いてください。", en="Please name another municipality.")
CAME = Text(
    ja="{who}から、ひな形が{count}件届きました。「!template search」で探せます。",
    en="{count} templates came from {who}. “!template search” finds them.",
)
NONE_CAME = Text(
    ja="{who}に、新しく届けられるひな形はありませんでした。", en="{who} has no templates that are new here."
)
REFUSED = Text(ja="{count}件は受け取りませんでした：{why}", en="{count} were refused: {why}")
