"""The sentences of writing a form: short, kind, and always saying what to type next."""

from forms.text import Text

OPENED = Text(
    ja="「{title}」を作りましょう。最初の質問文を送ってください。例: 避難者は何人ですか\n"
    "選択肢があるときは、質問文の次の行から1行に1つずつ書きます。困ったときは「ヘルプ」。",
    en="Let us write “{title}”. Please send the first question, e.g. How many people are there?\n"
    "If it has options, write them on the lines below it. “help” shows what else you can do.",
)
CONTINUED = Text(
    ja="「{title}」の下書きです（{count}問）。質問文を送ると、最後に加わります。",
    en="The draft of “{title}” ({count} questions). Send a question to add it at the end.",
)
ADDED = Text(ja="質問{n}に入れました：{title}（{kind}）", en="Question {n}: {title} ({kind})")
OPTIONAL_MARK = Text(ja="{kind}・任意", en="{kind}, optional")
CORRECT_IT = Text(
    ja="種類が違うときは「文字」「整数」「日付」「択一」「はい・いいえ」のように送ってください。",
    en="If that is the wrong kind, send the right one: “text”, “number”, “date”, “choice”, “yes/no”.",
)
NEXT = Text(ja="次の質問をどうぞ。できあがったら「公開」。", en="Send the next question, or “publish” when it is done.")
ASK_OPTIONS = Text(
    ja="「{title}」の選択肢を、1行に1つずつ送ってください（「A、B、C」でもかまいません）。",
    en="Please send the options of “{title}”, one on each line (or as A, B, C).",
)
ASK_ROWS = Text(
    ja="「{title}」の行（たずねる項目）を、1行に1つずつ送ってください。1行空けて、列（選ぶ言葉）も続けて送れます。",
    en="Please send the rows of “{title}” (what is asked about), one on each line; "
    "the columns may follow below a blank line.",
)
ASK_COLUMNS = Text(
    ja="「{title}」の列（選ぶ言葉。例: 良い、ふつう、悪い）を、1行に1つずつ送ってください。",
    en="Please send the columns of “{title}” (what is chosen, e.g. good, fair, poor), one on each line.",
)
ASK_TEXT = Text(
    ja="「{title}」で同意していただく文を送ってください。",
    en="Please send the words that people are to agree to in “{title}”.",
)
POINTS_HOW = Text(
    ja="段階は2〜11です。「1=不満 5=満足」のように両端の言葉を送るか、段階の言葉を1行に1つずつ送ってください。",
    en="A scale has 2 to 11 points. Send words for its ends, as in 1=poor 5=good, "
    "or a word for each point, one on each line.",
)
ASK_WORDING = Text(ja="質問{n}の新しい質問文を送ってください。", en="Please send the new wording of question {n}.")
ASK_HINT = Text(
    ja="質問{n}のヒントを送ってください。消すときは「なし」。", en="Please send the hint for question {n}, or “none”."
)
ASK_WHEN = Text(
    ja="質問{n}は、どんなときに聞きますか。例:「質問2が『はい』のときだけ」。いつも聞くなら「なし」。",
    en="When is question {n} to be asked? E.g. “only if 2 is yes”; “none” to ask it always.",
)
ASK_ENGLISH = Text(
    ja="「{title}」の英語を送ってください。選択肢の英語は、次の行から同じ順番で。",
    en="Please send the English for “{title}”; that of its options on the lines below, in order.",
)
ASK_KIND = Text(ja="種類は{kinds}から選んでください。例:「3を日付に」", en="Kinds are: {kinds}. E.g. “kind 3 date”")
DONE = Text(ja="直しました。質問{n}：{title}（{kind}）", en="Done. Question {n}: {title} ({kind})")
TRANSLATED = Text(ja="質問{n}の英語を入れました：{english}", en="Question {n} in English: {english}")
WHEN_SET = Text(ja="質問{n}「{title}」は、{when}だけ聞きます。", en="Question {n} “{title}” is asked only {when}.")
WHEN_ALWAYS = Text(ja="質問{n}「{title}」は、いつも聞きます。", en="Question {n} “{title}” is always asked.")
REMOVED = Text(ja="「{title}」を削除しました。いまは{count}問です。", en="“{title}” is removed; {count} are left.")
MOVED = Text(ja="「{title}」を質問{n}にしました。", en="“{title}” is now question {n}.")
COPIED = Text(ja="質問{n}として複製しました：{title}", en="Copied as question {n}: {title}")
TITLED = Text(ja="題名を「{title}」にしました。", en="The title is now “{title}”.")
TITLED_ENGLISH = Text(ja="題名の英語を入れました。", en="The English title is set.")
INTRODUCED = Text(ja="案内文を入れました。", en="The introduction is set.")
ENGLISH_MISSING = Text(ja="英語がまだない質問：{numbers}。例:「翻訳 {first} How many people?」",
                       en="Without English: {numbers}. E.g. “translate {first} How many people?”")  # fmt: skip
ENGLISH_WHOLE = Text(ja="英語は、すべての質問にあります。", en="Every question has an English wording.")
UNDONE = Text(ja="元に戻しました：{what}", en="Undone: {what}")
REDONE = Text(ja="やり直しました：{what}", en="Done again: {what}")
NOW = Text(ja="いまは{count}問です。「一覧」で見られます。", en="{count} questions now; “list” shows them.")
NOTHING_TO_UNDO = Text(ja="これ以上、元に戻せる変更はありません。", en="There is nothing left to undo.")
NOTHING_TO_REDO = Text(ja="やり直せる変更はありません。", en="There is nothing to do again.")
NO_QUESTIONS = Text(
    ja="まだ質問がありません。最初の質問文を送ってください。", en="There is no question yet. Please send the first one."
)
NO_SUCH = Text(
    ja="質問{n}はありません（いまは{count}問です）。「一覧」で番号を確かめてください。",
    en="There is no question {n} (there are {count}). “list” shows their numbers.",
)
WHICH = Text(ja="どの質問かを番号で書いてください。例:「{word} 2」", en="Please say which question, e.g. “{word} 2”.")
GONE = Text(
    ja="その質問は、もう削除されています。必要なら、もう一度質問文を送ってください。",
    en="That question has been removed. Send its wording again if it is needed.",
)
NEEDED = Text(
    ja="質問{other}の条件が質問{n}の答えを使っています。先に「条件 {other} なし」と送ってください。",
    en="The condition of question {other} rests on question {n}. First send “condition {other} none”.",
)
AS_MANY = Text(
    ja="選択肢は{count}個です（いまの英語は{given}個）。同じ数だけ、同じ順番で書いてください。",
    en="There are {count} options, but you gave {given}. Please give one line for each, in order.",
)
OTHERS_DID = Text(ja="（この間に、{who}の変更がありました）", en="(Meanwhile {who} made these changes)")
SOMEBODY = Text(ja="ほかの編集者", en="another editor")
ROW = Text(ja="・{what}", en="- {what}")
MORE = Text(ja="・ほか{count}件", en="- and {count} more")
STILL = Text(
    ja="質問{n}は、ご覧になってから変わっています。まだ何も変えていません。\n"
    "いまの内容：{title}（{kind}）\nこのまま変えるときは「はい」、やめるときは「いいえ」。",
    en="Question {n} has changed since you saw it. Nothing has been done yet.\n"
    "It is now: {title} ({kind})\n“yes” to make your change all the same, “no” to leave it.",
)
STILL_UNDO = Text(
    ja="直前の変更は{who}さんの「{what}」です。これを元に戻しますか。「はい」か「いいえ」でお答えください。",
    en="The last change is {who}'s: “{what}”. Undo it? Please answer yes or no.",
)
LEFT = Text(ja="そのままにしました。", en="Left as it is.")
CHECKED = Text(ja="確認しました。このまま公開できます。", en="All is well: it can be published.")
CHECK_ROWS = Text(
    ja="公開はできますが、次のところを確かめてください。", en="It can be published, but please look at this:"
)
CHECK_TWICE = Text(
    ja="・質問{n}と質問{other}が同じ質問文です。", en="- Questions {n} and {other} have the same wording."
)
CHECK_LATER = Text(
    ja="・質問{n}の条件が、後にある質問{other}の答えを使っています。順番を確かめてください。",
    en="- The condition of question {n} rests on question {other}, which comes after it.",
)
CHECK_VALUE = Text(
    ja="・質問{n}の条件にある「{value}」は、質問{other}の選択肢にありません。",
    en="- The condition of question {n} names “{value}”, which is no option of question {other}.",
)
CHECK_ENGLISH = Text(
    ja="・英語がある質問とない質問があります。ない質問：{numbers}", en="- Some questions have no English: {numbers}"
)
CHECK_ONE_OPTION = Text(ja="・質問{n}の選択肢が1つだけです。", en="- Question {n} has a single option.")
PUBLISH_HOW = Text(
    ja="どの部屋に、いつまでで配りますか。例:「行政DX 明日 17:00」。締切がないときは「行政DX 締切なし」。",
    en="To which room, and until when? E.g. “ROOM tomorrow 17:00”; without a deadline “ROOM no deadline”.",
)
PUBLISH_ROOM = Text(ja="どの部屋に配りますか。部屋の名前を送ってください。", en="To which room? Please send its name.")
PUBLISH_WHEN = Text(
    ja="締切はいつですか。例:「明日 17:00」。締切がないときは「なし」。",
    en="Until when? E.g. “tomorrow 17:00”, or “none”.",
)
KEPT = Text(
    ja="下書き「{title}」を保存しました。続きを書くときは「下書き」と送ってください。",
    en="The draft “{title}” is kept. Send “draft” to go on with it.",
)
LIST_HEAD = Text(ja="「{title}」（{count}問）", en="“{title}” ({count} questions)")
LIST_ROW = Text(ja="{n}. {title}（{kind}）", en="{n}. {title} ({kind})")
LIST_OPTIONS = Text(ja="　選択肢：{options}", en="   options: {options}")
LIST_DRAWN = Text(ja="　一覧「{name}」（{n}件）から検索", en="   searched in the list “{name}” ({n} rows)")
LIST_ROWS = Text(ja="　行：{rows}", en="   rows: {rows}")
LIST_COLUMNS = Text(ja="　列：{options}", en="   columns: {options}")
LIST_POINTS = Text(ja="　段階：{options}", en="   points: {options}")
LIST_TOP = Text(ja="　上位{top}つまで答えます", en="   the first {top} only")
LIST_TEXT = Text(ja="　同意文：{text}", en="   words: {text}")
LIST_WHEN = Text(ja="　条件：{when}", en="   asked only {when}")
LIST_HINT = Text(ja="　ヒント：{hint}", en="   hint: {hint}")
SPEAKS = Text(ja="日本語でご案内します。", en="I will use English from here on.")
ALWAYS = Text(ja="いつも", en="always")
TOO_LONG = Text(ja="長すぎます。分けて送ってください。", en="That is too long. Please send it in parts.")
NOTHING_ASKED = Text(
    ja="いまは何もお尋ねしていません。質問文を送るか、「ヘルプ」と送ってください。",
    en="Nothing was asked. Please send a question, or “help”.",
)
EMPTY = Text(ja="質問文を送ってください。困ったときは「ヘルプ」。", en="Please send a question, or “help”.")

BACK = Text(ja="下書き「{title}」に戻りました。続きをどうぞ。", en="Back to the draft “{title}”. Please go on.")
ARRIVED = Text(
    ja="新しいフォーム「{title}」が届いています。すぐに答えるときは「再開 {number}」。"
    "下書きには、そのあと「下書き」で戻れます。",
    en="A form, “{title}”, has come. To answer it now: “resume {number}”. “draft” brings you back here afterwards.",
)

DID_BEGIN = Text(ja="下書きを作成", en="draft begun")
DID_LOAD = Text(ja="第{version}版を取り込み", en="version {version} taken in")
DID_ADD = Text(ja="「{title}」を追加", en="“{title}” added")
DID_CHANGE = Text(ja="質問{n}「{title}」の質問文を変更", en="question {n} “{title}” reworded")
DID_KIND = Text(ja="質問{n}「{title}」を{kind}に変更", en="question {n} “{title}” made {kind}")
DID_OPTIONS = Text(ja="質問{n}「{title}」の選択肢を変更", en="options of question {n} “{title}” changed")
DID_MOVE = Text(ja="質問{n}「{title}」を{to}へ移動", en="question {n} “{title}” moved to {to}")
DID_REMOVE = Text(ja="質問{n}「{title}」を削除", en="question {n} “{title}” removed")
DID_DRAW = Text(ja="「{title}」を一覧「{name}」から選ぶ質問に", en="“{title}” chooses from the list “{name}”")
DID_COPY = Text(ja="質問{n}「{title}」を複製", en="question {n} “{title}” copied")
DID_REQUIRED = Text(ja="質問{n}「{title}」を必須に変更", en="question {n} “{title}” made required")
DID_OPTIONAL = Text(ja="質問{n}「{title}」を任意に変更", en="question {n} “{title}” made optional")
DID_HINT = Text(ja="質問{n}「{title}」のヒントを変更", en="hint of question {n} “{title}” changed")
DID_WHEN = Text(
    ja="質問{n}「{title}」の条件を変更（{words}）", en="condition of question {n} “{title}” changed ({words})"
)
DID_TRANSLATE = Text(ja="質問{n}「{title}」の英語を変更", en="English of question {n} “{title}” changed")
DID_TITLE = Text(ja="題名を「{title}」に変更", en="title changed to “{title}”")
DID_TITLE_ENGLISH = Text(ja="題名の英語を変更", en="English title changed")
DID_ABOUT = Text(ja="案内文を変更", en="introduction changed")

HELP = Text(
    ja="質問文を送ると、最後に加わります。選択肢は次の行から1行に1つずつ。\n"
    "種類を直す: 文字／整数／日付／択一／複数選択／はい・いいえ（「3を日付に」も）\n"
    "ほかの種類: 順位付け／段階評価（「満足度を5段階で 1=不満 5=満足」）／表形式 …（「種類 3」で全部の一覧）\n"
    "直す: 変更 3 新しい質問文 ／ 選択肢 3（次の行から）／ 表の「行 3」「列 3」\n"
    "一覧から選ぶ: CSVファイルを送る ／ 選択肢 3 学校.csv（登録した一覧。!list show）\n"
    "並べる: 3を1へ移動 ／ 削除 3 ／ 複製 3\n"
    "決まり: 必須 3 ／ 任意 3 ／ ヒント 3 … ／ 条件 3 質問2が『はい』のときだけ\n"
    "題名: 題名 … ／ 案内文 … ／ 英語: 翻訳 3 …\n"
    "見る: 一覧 ／ プレビュー ／ 確認\n"
    "戻す: 元に戻す（「元に戻す 3」で3回分）／ やり直す\n"
    "終える: 公開 ／ 終わる（下書きは残ります）\n"
    "ことばと同じ質問文は「」で囲んでください。",
    en="Send a question to add it at the end; its options on the lines below.\n"
    "Kind: text, number, date, choice, choices, yes/no (or “kind 3 date”)\n"
    "More kinds: ranking, scale (“Satisfaction, on a scale of 1 to 5: 1=poor 5=good”), table … (“kind 3” lists all)\n"
    "Change: change 3 NEW WORDING; options 3 (on the lines below); of a table rows 3, columns 3\n"
    "A list to choose from: send its CSV file; options 3 schools.csv (a list kept before, see !list show)\n"
    "Order: move 3 to 1; remove 3; copy 3\n"
    "Rules: required 3; optional 3; hint 3 …; condition 3 only if 2 is yes\n"
    "Title: title …; about …; English: translate 3 …\n"
    "Look: list; preview; check\n"
    "Back: undo (“undo 3” for three steps); redo\n"
    "End: publish; end (the draft is kept)\n"
    "Put a question that is one of these words in quotation marks.",
)
