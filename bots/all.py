"""Every bot that Kairan hosts: the one list of them."""

from bots import (
    digest_bot,
    federation_bot,
    form_bot,
    function_bot,
    group_bot,
    inquiry_bot,
    list_bot,
    reminder_bot,
    template_bot,
    who_bot,
)

BOTS = (
    form_bot.BOT,
    reminder_bot.BOT,
    digest_bot.BOT,
    federation_bot.BOT,
    group_bot.BOT,
    inquiry_bot.BOT,
    list_bot.BOT,
    template_bot.BOT,
    who_bot.BOT,
    function_bot.BOT,
)
