"""The sentences of filling in a form: short, polite, and always saying what to type next."""

from forms.text import Text

COUNT = Text(ja="質問は{count}問です。", en="There are {count} questions.")
COUNT_ONE = Text(ja="質問は1問です。", en="There is one question.")
COUNT_VARIES = Text(
    ja="質問は{count}問です（答えによって変わることがあります）。",
    en="Number of questions: {count} (your answers may change this).",
)
ASKER = Text(ja="依頼：{asker}", en="From: {asker}")
DEADLINE = Text(ja="締切：{deadline}", en="Open until: {deadline}")
PRIVACY = {
    "named": Text(
        ja="回答は、お名前とともにフォームの担当者が確認します。",
        en="Those in charge of this form see your answers together with your name.",
    ),
    "confidential": Text(
        ja="回答したかどうかは担当者に分かりますが、だれが何と答えたかは見せません。"
        "訂正できるように、システムの中にはお名前と一緒に保存します。結果は、受付の終了後、5人以上の回答があるときだけ出ます。",
        en="Those in charge see whether you have answered, but not who answered what. "
        "So that you can correct it, the system keeps it with your name. "
        "The results come after closing, and only if five or more have answered.",
    ),
    "anonymous": Text(
        ja="匿名のフォームです。送った回答には、だれのものかも、いつのものかも残しません。送信後は、見直しも訂正もできません。"
        "結果は、受付の終了後、5人以上の回答があるときだけ出ます。約束できないことは「ヘルプ」をご覧ください。",
        en="This form is anonymous. What you send is kept without whose it is or when it came; "
        "after sending it cannot be shown or changed. "
        "The results come after closing, and only if five or more have answered. "
        'For what cannot be promised, type "help".',
    ),
}
HELP_HINT = Text(
    ja="困ったときは「ヘルプ」、途中で休むときは「保存」と入力してください。",
    en='Type "help" if you are stuck, or "save" to take a break.',
)
PREVIEW = Text(
    ja="これはプレビューです。回答は保存も集計もされません。終えるときは「終わる」。",
    en="This is a preview. Nothing is saved or counted. “end” leaves it.",
)
LABEL = Text(ja="【{title}】", en="[{title}]")

QUESTION = Text(ja="({place}/{total}) {title}（{need}）", en="({place}/{total}) {title} ({need})")
REQUIRED = Text(ja="必須", en="required")
OPTIONAL = Text(ja="任意・「スキップ」できます", en='optional, you can "skip"')
FORMER = Text(
    ja="前の回答：{answer}（変えないときは「そのまま」）",
    en='Your former answer: {answer} (to leave it, type "keep")',
)
SO_FAR = Text(ja="いままでに：{answer}（これで全部なら「次へ」）", en='So far: {answer} (if that is all, type "next")')
OFFERED = Text(
    ja="候補：{answer}（これでよければ「そのまま」）",
    en='Suggested: {answer} (if that is right, type "keep")',
)
UNDERSTOOD = Text(ja="承りました：{answer}", en="Noted: {answer}")
SKIPPED_IT = Text(ja="スキップしました。", en="Skipped.")
KEPT = Text(ja="そのままにしました：{answer}", en="Left as it was: {answer}")
CHANGED = Text(ja="「{title}」の回答を変えました：{answer}", en="Your answer to “{title}” is now: {answer}")
CONTINUE = Text(ja="続きからどうぞ。", en="Here is where you stopped.")
WELCOME_BACK = Text(ja="{title}の続きです。", en="{title}: continued.")
LANGUAGE = Text(ja="日本語でご案内します。", en="I will use English from here on.")

CHECK = Text(ja="回答の確認です。", en="Please check your answers.")
CHECK_AGAIN = Text(ja="訂正した内容の確認です。", en="Please check your corrected answers.")
CHECK_TAIL = Text(
    ja="よろしければ「送信」、直すときは「修正 {example}」のように番号を入力してください。",
    en='If all is well, type "send". To correct one, type its number like this: "change {example}".',
)
CHECK_TAIL_AGAIN = Text(
    ja="「送信」で確定します。それまでは、前に送った内容が有効です。直すときは「修正 {example}」。",
    en='Type "send" to make it final; until then what you sent before counts. To correct one: "change {example}".',
)
CHECK_TAIL_FINAL = Text(
    ja="よろしければ「送信」、直すときは「修正 {example}」のように番号を入力してください。"
    "匿名のため、送信したあとは見直しも訂正もできません。",
    en='If all is well, type "send". To correct one, type its number like this: "change {example}". '
    "Because it is anonymous, it cannot be shown or changed after sending.",
)
REMOVE = Text(
    ja="取り除くときは「{turn} を削除」のように入力してください。",
    en='To take one out, type for example "remove {turn}".',
)
REMOVED = Text(ja="「{turn}」の回答を削除しました。", en="“{turn}” is taken out.")
AT_LEAST = Text(
    ja="「{title}」は{least}件以上必要なので、削除できません。",
    en="At least {least} of “{title}” must stay, so it cannot be taken out.",
)
CHECK_OTHER = Text(
    ja="質問はすべて終わりました。よろしければ「送信」、直すときは「修正 {example}」、見直すときは「一覧」です。",
    en='All questions are answered. Type "send" to send, "change {example}" to correct, or "list" to look again.',
)
WHICH = Text(
    ja="何番を直しますか。「修正 {example}」のように入力してください。",
    en='Which one would you like to correct? Type for example "change {example}".',
)
LIST = Text(ja="これまでの回答です。", en="Your answers so far:")
LIST_SENT = Text(ja="送信済みの回答です。", en="What you sent:")
LIST_EMPTY = Text(ja="答える質問はありません。", en="There is no question to answer.")
ENTRY = Text(ja="{place}. {title}：{answer}", en="{place}. {title}: {answer}")
ENTRY_NOW = Text(ja="{place}. {title}：{answer} ←いまここ", en="{place}. {title}: {answer} <- you are here")
MORE = Text(ja="（続きは「一覧 {place}」）", en='(for the rest, type "list {place}")')
SKIPPED = Text(ja="（スキップ）", en="(skipped)")
NOT_YET = Text(ja="（未回答）", en="(not answered)")

RECEIVED = Text(ja="送信しました。ありがとうございました。", en="Sent. Thank you very much.")
RECEIVED_AGAIN = Text(ja="訂正を送信しました。ありがとうございました。", en="Your correction has been sent. Thank you.")
RECEIPT = Text(ja="受付番号：{receipt}", en="Receipt number: {receipt}")
AFTERWARDS = Text(
    ja="担当者が確認します。受付が終わるまでは「修正 {example}」で直せます。送った内容は「一覧」で見られます。",
    en='It now goes to those in charge. Until the form closes you can correct it with "change {example}"; '
    '"list" shows what you sent.',
)
AFTERWARDS_NOTHING = Text(
    ja="書きかけの控えと、その鍵は捨てました。どれがあなたの回答かは、もうだれにも示せません。",
    en="The draft and its key are destroyed. Nobody can be shown any more which answers are yours.",
)
PREVIEW_SENT = Text(
    ja="プレビューはここまでです。回答は保存も集計もしていません。",
    en="This is the end of the preview. Nothing was saved or counted.",
)
ALREADY = Text(
    ja="このフォームは送信済みです{receipt}。直すときは「修正 {example}」、見るときは「一覧」と入力してください。",
    en='You have already sent this form{receipt}. Type "change {example}" to correct it or "list" to see it.',
)
ALREADY_RECEIPT = Text(ja="（受付番号 {receipt}）", en=" (receipt {receipt})")

SAVED = Text(
    ja="ここまでの回答を保存しました。続けるときは「再開」と入力してください。まだ送信されていません。",
    en='Saved so far. Type "resume" to go on. Nothing has been sent yet.',
)
SAVED_SENT = Text(
    ja="ここまでの訂正を保存しました。続けるときは「再開」と入力してください。前に送った内容が有効です。",
    en='Your correction is saved. Type "resume" to go on. What you sent before still counts.',
)
PAUSED = Text(
    ja="いまはお休み中です。続けるときは「再開」と入力してください。これまでの回答は残っています。",
    en='You are taking a break. Type "resume" to go on; your answers are kept.',
)
STOPPED = Text(
    ja="このフォームは中止しています。続けるときは「再開」と入力してください。これまでの回答は残っています。",
    en='You stopped this form. Type "resume" to go on; your answers are kept.',
)
STOP_ASK = Text(
    ja="回答を中止しますか。「はい」か「いいえ」で答えてください。",
    en='Do you want to stop? Please type "yes" or "no".',
)
STOP_ASK_SENT = Text(
    ja="訂正をやめて、送信済みの内容に戻しますか。「はい」か「いいえ」で答えてください。",
    en='Drop your correction and go back to what you sent? Please type "yes" or "no".',
)
STOP_DONE = Text(
    ja="中止しました。回答は送信されていません。受付が終わるまでは「再開」で続きから答えられます。",
    en='Stopped. Nothing was sent. Until the form closes, "resume" brings your answers back.',
)
STOP_DROPPED = Text(
    ja="訂正を取りやめました。送信済みの内容のままです。", en="Your correction is dropped. What you sent still counts."
)
STOP_NOT = Text(ja="では、続けましょう。", en="Then let us go on.")

CLOSED_SENT = Text(
    ja="このフォームの受付は終了しました。あなたの回答は送信済みです{receipt}。",
    en="This form is closed. Your answers were sent{receipt}.",
)
CLOSED_UNSENT = Text(
    ja="このフォームの受付は終了しました。あなたの回答は送信されていません。",
    en="This form is closed. Your answers were not sent.",
)
CLOSED_STRUCK = Text(
    ja="消したメッセージの回答を取り消したいときは、担当者にご連絡ください。",
    en="If you want the answer in the deleted message taken back, please contact those in charge.",
)
STRUCK = Text(
    ja="メッセージが消されたので、「{title}」の回答を取り消しました。",
    en="You deleted the message, so your answer to “{title}” is taken back.",
)
WITHDRAWN = Text(
    ja="送信も取り消しました。あらためて答えてから、もう一度「送信」してください。",
    en='What you sent is taken back too. Please answer again and "send" once more.',
)
STILL_SENT = Text(ja="前に送った内容は有効なままです。", en="What you sent before still counts.")
EDIT_KEEPS = Text(ja="前の回答（{answer}）のままにしています。", en="Your former answer ({answer}) stays.")
EDIT_WORD = Text(
    ja="編集されたメッセージは回答として読めませんでした。",
    en="The edited message could not be read as an answer.",
)

TOO_LONG = Text(
    ja="文章が長すぎて受け取れませんでした。短くして、もう一度入力してください。",
    en="That message is too long. Please shorten it and try again.",
)
FIRST = Text(
    ja="これが最初の質問です。これより前には戻れません。", en="This is the first question; there is none before it."
)
MUST = Text(ja="この質問は必須なので、スキップできません。", en="This question is required and cannot be skipped.")
NOTHING_TO_SKIP = Text(ja="スキップする質問はありません。", en="There is no question to skip.")
NO_SUCH = Text(
    ja="{number}番の質問はありません。1から{total}の番号で、「修正 {example}」のように入力してください。",
    en='There is no question {number}. Use a number from 1 to {total}, for example "change {example}".',
)
NOT_ANSWERED = Text(
    ja="{number}番はまだ回答していない質問です。順番が来たらお尋ねします。",
    en="You have not answered question {number} yet; I will ask it in its turn.",
)
NOTHING_TO_FIX = Text(ja="直せる回答はまだありません。", en="There is no answer to correct yet.")
NOT_READY = Text(
    ja="まだ答えていない質問があります（残り{left}問）。", en="Some questions are not answered yet ({left} left)."
)
AMBIGUOUS = Text(
    ja="「{said}」は回答ですか、操作ですか。"
    "回答なら、かぎかっこを付けて「{said}」、操作なら、かぎかっこなしで {command} と入力してください。",
    en='Is “{said}” your answer or a command? For the answer type "{said}" with the quotation marks; '
    "for the command type {command}.",
)

HELP = Text(
    ja="""次の言葉が使えます。
戻る … 前の質問に戻る
一覧 … これまでの回答を見る
修正 2 … 2番の回答を直す
スキップ … 任意の質問を飛ばす
保存 … 休む（「再開」で続きから）
中止 … 回答をやめる
送信 … 回答を送る
English … switch to English
これらの言葉そのものを回答にするときは「中止」のようにかぎかっこを付けてください。""",
    en="""You can type:
back - go back to the question before
list - see your answers so far
change 2 - correct answer 2
skip - skip an optional question
save - take a break ("resume" goes on)
stop - stop answering
send - send your answers
日本語 - 日本語に切り替える
To give one of these words as an answer, put it in quotation marks: "stop".""",
)
HELP_ANONYMOUS = Text(
    ja="""匿名について
・書きかけの回答は暗号にして預かります。その鍵はデータベースではなくホームサーバーにだけ置き、送信すると捨てます。
・送った回答は、名前も時刻も付けず、封をして投票箱に入れます。受付の終了後に5人以上あれば、まとめて混ぜて開けます。
・自由に書いた文章は、ほかの答えと切り離して混ぜ、担当者のファイルにだけ載せます。
・回答したかどうかは、お知らせを止めるために残ります。
約束できないこと
・このトークは、暗号化されたまま、あなたの端末とホームサーバーに残ります。読めるのはあなたとKairanだけです。
・ホームサーバーとKairanの両方を動かす人が、その両方を調べれば、このトークや受付中の回答を読めます。
・文章の内容や書き方から、あなたと分かることがあります。全員が同じ答えなら、だれの答えかも分かります。""",
    en="""About anonymity
- Your unfinished answers are kept encrypted. The key is not in the database but only at the homeserver, and is destroyed when you send.
- What you send goes into an urn, sealed, without name or time. After closing, if there are five or more, all are mixed and opened together.
- What you word yourself is cut off from your other answers and mixed, and appears only in the file of those in charge.
- Whether you have answered is kept, so that reminders stop.
What cannot be promised
- This talk stays, encrypted, on your devices and the homeserver. Only you and Kairan can read it.
- Whoever runs both the homeserver and Kairan, and searches both, can read this talk, and the answers while the form is open.
- What you write, or how, may give you away. If everybody answers the same, everybody's answer is known.""",  # noqa: E501
)
