"""How people are reached: telephone, e-mail, web address."""

import re
import unicodedata

from forms.mistake import Asked, Mistake
from forms.reading.taken import Given, Taken, as_is
from forms.reading.words import LONGEST_ANSWER, clean, quote, unread, without_politeness
from forms.text import Text

_DASHES = re.compile("[\u2010-\u2015\u2212\u30fc\uff70\u2500\u2501~〜‐・]")
_KANJI = str.maketrans("〇零一二三四五六七八九", "00123456789")
_BEFORE = re.compile(r"(?:tel|phone|電話番号|電話|携帯電話|携帯|自宅|直通|代表|☎|📞|☏|℡)[\s.:：)]*", re.IGNORECASE)
_BESIDE = re.compile(r"\s*\((?:代|代表|直通|携帯|自宅|代表番号)\)\Z|\s*(?:代表|直通)\Z|^\((?:代|代表|直通|携帯|自宅)\)")
_EXTENSION = re.compile(r"[\s(,]*(?:内線|ext\.?|内)[\s:]*(?P<number>[0-9]{1,6})\)?\Z", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{1,24}[0-9]|\([0-9]{2,5}\)[0-9 .-]{5,12}")
_WITH_AREA = Text(
    ja="市外局番から入力してください（例: 097-532-1111）。",
    en="Please type it with the area code, such as 097-532-1111.",
)
_CHECK_PHONE = Text(
    ja="「{said}」という電話番号は見当たりません。桁を確かめて、市外局番から入力してください（例: 097-532-1111）。",
    en="“{said}” is not a telephone number in use. Please check its digits and type it with the area code.",
)
_ZERO_MISSING = Text(
    ja="「{said}」の先頭の0が抜けていませんか。「{meant}」のように、0から入力してください。",
    en="Is the first 0 of “{said}” missing? Please type it like {meant}.",
)
_WITHOUT_EXTENSION = Text(ja="内線{number}は除いて読みました。", en="Read without the extension {number}.")
_EMAIL = re.compile(r"(?P<local>[A-Za-z0-9.!#$%&'*+/=?^_`{|}\~-]{1,64})@(?P<domain>[A-Za-z0-9.-]{4,253})")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{2,59})")
_OLD_PHONES = re.compile(r"(?:docomo|ezweb)\.ne\.jp|(?:[a-z]+\.)?ezweb\.ne\.jp", re.IGNORECASE)
_AN_EMAIL = Text(
    ja="メールアドレスを入力してください（例: jimu@example.jp）。",
    en="Please type an e-mail address, such as jimu@example.jp.",
)
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[^\s/?#:@]{1,253})(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?#][^\s<>\"]{0,1900})?",
    re.IGNORECASE,
)
_A_URL = Text(
    ja="「https://」から始まるアドレスを入力してください（例: https://www.example.jp/）。",
    en="Please type an address that begins with https://, such as https://www.example.jp/.",
)
_HTTPS_ADDED = Text(ja="「https://」を補って読みました。", en="https:// was added.")


def read_phone(said: str, _given: Given) -> Taken:
    """097-532-1111; a foreign one as +1 650-253-0000."""
    words = _bare(said)
    words = _BEFORE.sub("", words, count=1).strip() if _BEFORE.match(words) else words
    extension = _EXTENSION.search(words)
    words = words[: extension.start()] if extension else words
    words = _DASHES.sub("-", _BESIDE.sub("", words).translate(_KANJI))
    words = re.sub(r"^(?:010-?)?\+|^00(?=81)", "+", words)
    words = re.sub(r"(?<=\+81)[\s-]*\(?0\)?[\s-]*(?=[0-9])", "", words)
    if not _PHONE.fullmatch(words) or words.count("(") > 1:
        raise unread(said, _WITH_AREA)
    note = _WITHOUT_EXTENSION.fill(number=extension["number"]) if extension else None
    return as_is(_number(words, said), note)


def _number(words: str, said: str) -> str:
    import phonenumbers  # a megabyte that only telephone numbers need

    try:
        found = phonenumbers.parse(words, "JP")
    except phonenumbers.NumberParseException:
        raise unread(said, _WITH_AREA) from None
    digits = re.sub(r"[^0-9]", "", words)
    if found.country_code == 81 and words[0] != "+" and digits[0] != "0":
        raise _without_zero(digits, said)
    if not phonenumbers.is_valid_number(found):
        raise Asked(_CHECK_PHONE.fill(said=quote(said)))
    national = found.country_code == 81
    formats = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(found, formats.NATIONAL if national else formats.INTERNATIONAL)


def _without_zero(digits: str, said: str) -> Asked:
    import phonenumbers

    meant = phonenumbers.parse("0" + digits, "JP")
    if len(digits) >= 9 and phonenumbers.is_valid_number(meant):
        written = phonenumbers.format_number(meant, phonenumbers.PhoneNumberFormat.NATIONAL)
        return Asked(_ZERO_MISSING.fill(said=quote(said), meant=written))
    return unread(said, _WITH_AREA)


def read_email(said: str, _given: Given) -> Taken:
    """As typed, the domain in lower case."""
    words = _bare(said).removeprefix("mailto:").strip("<>")
    words = re.sub(r"\s*@\s*", "@", words).replace("。", ".")
    match = _EMAIL.fullmatch(words)
    if match is None or not _DOMAIN.fullmatch(match["domain"]):
        raise unread(said, _AN_EMAIL)
    local, domain = match["local"], match["domain"].lower()
    odd = local.startswith(".") or local.endswith(".") or ".." in local
    if odd and (local.startswith(".") or not _OLD_PHONES.fullmatch(domain)):
        raise unread(said, _AN_EMAIL)
    return as_is(f"{local}@{domain}")


def read_url(said: str, _given: Given) -> Taken:
    """With http or https, the host in lower case, without the port that goes without saying."""
    words = without_politeness(clean(said[:2100])).strip("<>")
    match = _URL.fullmatch(_half_width(words))
    note = None
    if match is None and re.match(r"www\.", _half_width(words), re.IGNORECASE):
        match, note = _URL.fullmatch("https://" + _half_width(words)), _HTTPS_ADDED
    if match is None or len(said) > 2100 or not _is_host(match["host"]) or int(match["port"] or 1) > 65535:
        raise unread(said, _A_URL)
    scheme = match["scheme"].lower()
    port = match["port"] and int(match["port"])
    shown_port = f":{port}" if port and port != {"http": 80, "https": 443}[scheme] else ""
    return as_is(f"{scheme}://{match['host'].lower()}{shown_port}{match['rest'] or ''}", note)


def _half_width(words: str) -> str:
    """Full-width letters and marks only: what else stands in a path stays."""
    return "".join(unicodedata.normalize("NFKC", c) if "\uff01" <= c <= "\uff5e" else c for c in words)


def _is_host(host: str) -> bool:
    if _DOMAIN.fullmatch(host):
        return True
    labels = host.split(".")
    return len(labels) > 1 and all(labels) and not host.isascii() and all(c.isalnum() or c in ".-" for c in host)


def _bare(said: str) -> str:
    if len(said) > 2 * LONGEST_ANSWER:
        raise Mistake(Text(ja="長すぎます。短く入力してください。", en="That is too long."))
    return without_politeness(unicodedata.normalize("NFKC", clean(said)).replace("\u200b", "").strip())
