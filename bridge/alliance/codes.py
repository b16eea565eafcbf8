"""全国地方公共団体コード: five digits and a check digit (総務省, modulus 11)."""

WEIGHTS = (6, 5, 4, 3, 2)


def is_code(code: str) -> bool:
    """Whether these are six digits of which the last checks the others."""
    return len(code) == 6 and code.isascii() and code.isdecimal() and code[5] == check_digit(code[:5])


def check_digit(five: str) -> str:
    """The sixth digit for five."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, five, strict=True))
    return str((11 - total % 11) % 10)
