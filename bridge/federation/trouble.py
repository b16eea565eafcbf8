"""What may be wrong with another member, and what to do about it: one sentence each."""

from forms.text import Text

NOWHERE = Text(
    ja="サーバー名から接続先が見つかりません。先方に DNS と .well-known の確認を頼んでください。",
    en="Its name leads nowhere. Ask them to look at their DNS and .well-known.",
)
SILENT = Text(
    ja="応答がありません。サーバーが止まっているか、途中で遮断されています。",
    en="It does not answer: it is down, or something in between blocks it.",
)
CERTIFICATE = Text(
    ja="証明書を確認できません（{why}）。先方に更新を頼んでください。",
    en="Its certificate is not believed ({why}). Ask them to renew it.",
)
ENDING = Text(
    ja="証明書があと {days} 日で切れます。先方に知らせてください。",
    en="Its certificate ends in {days} days. Let them know.",
)
KEYS = Text(
    ja="署名鍵が正しく公開されていません。メッセージが届かないおそれがあります。",
    en="It does not publish its signing keys properly: messages may be lost.",
)
SLOW = Text(ja="応答に {seconds} 秒かかります。", en="It takes {seconds} s to answer.")
SKEWED = Text(
    ja="時計が {seconds} 秒ずれています。先方に NTP の確認を頼んでください。",
    en="Its clock is {seconds} s off. Ask them to look at their NTP.",
)
LISTLESS = Text(ja="名簿を公開していません。", en="It does not show the alliance's list.")
OTHER_LIST = Text(
    ja="名簿の版が違います（先方 {theirs}、こちら {ours}）。数分たっても変わらなければご連絡ください。",
    en="It has another version of the list (theirs {theirs}, ours {ours}). Call them if this lasts.",
)
BACKING_OFF = Text(
    ja="送信がしばらく失敗しているため、こちらのサーバーが待っています。",
    en="Sending failed for a while, so our server waits.",
)
